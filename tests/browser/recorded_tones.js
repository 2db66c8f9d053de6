// Takes the place of `vmrTest.tones` in a browser whose AudioContext stands still without a sound
// card: each person's sound is recorded for a while and its pitch looked for in the recording.
(() => {
  const LOWEST_HZ = 200;
  const HIGHEST_HZ = 2000;
  const STEP_HZ = 10;

  async function record(stream, listenMs) {
    const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
    const parts = [];
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    const stopped = new Promise((done) => recorder.addEventListener("stop", done));
    recorder.start();
    setTimeout(() => recorder.stop(), listenMs);
    await stopped;
    const decoder = new OfflineAudioContext(1, 1, 48000);
    return decoder.decodeAudioData(await new Blob(parts).arrayBuffer());
  }

  /** Amplitude of one pitch (Goertzel), in decibels of full scale. */
  function level(samples, hertz, rate) {
    const factor = 2 * Math.cos((2 * Math.PI * hertz) / rate);
    let [one, two] = [0, 0];
    for (const sample of samples) [one, two] = [sample + factor * one - two, one];
    const power = one * one + two * two - factor * one * two;
    return 10 * Math.log10((4 * power) / samples.length ** 2 + 1e-12);
  }

  function loudest(sound) {
    const samples = sound.getChannelData(0);
    let found = { level: -200, hertz: 0 };
    for (let hertz = LOWEST_HZ; hertz <= HIGHEST_HZ; hertz += STEP_HZ) {
      const here = level(samples, hertz, sound.sampleRate);
      if (here > found.level) found = { level: here, hertz };
    }
    return found;
  }

  window.vmrTest.tones = (listenMs) => Promise.all(
    [...document.querySelectorAll("audio[data-participant]")]
      .filter((element) => element.dataset.participant && element.srcObject)
      .map(async (element) => ({
        participant: element.dataset.participant,
        ...loudest(await record(element.srcObject, listenMs)),
      })),
  );
})();
