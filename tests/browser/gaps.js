// In a page of the meeting: the longest time without a new picture and without sound of each other
// person, and whether anybody was ever played twice, until `vmrGaps.stop()`.
(() => {
  const LOOK_MS = 10;
  const gaps = {};
  const seen = {};
  const told = new WeakMap();
  let doubled = 0;
  const note = (key, at) => {
    if (key in seen) gaps[key] = Math.max(gaps[key] ?? 0, at - seen[key]);
    seen[key] = at;
  };
  const follow = (video, key) => {
    if (told.get(video) === key) return;
    told.set(video, key);
    const next = () => {
      if (told.get(video) !== key || !video.isConnected) return;
      note(key, performance.now());
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const packetAt = {};
  const listen = () => {
    const playing = {};
    for (const audio of document.querySelectorAll("audio[data-participant]")) {
      const who = audio.dataset.participant;
      const [track] = audio.srcObject?.getTracks() ?? [];
      if (!who || !track || audio.paused || audio.muted) continue;
      playing[who] = (playing[who] ?? 0) + 1;
      const receivers = vmrTest.peers.filter((one) => one.connectionState !== "closed").flatMap((one) => one.getReceivers());
      const source = receivers.find((one) => one.track === track)?.getSynchronizationSources()[0];
      const mark = source && `${source.source} ${source.rtpTimestamp}`;
      if (mark && packetAt[who] !== mark) {
        packetAt[who] = mark;
        note(`audio ${who}`, performance.now());
      }
    }
    if (Object.values(playing).some((count) => count > 1)) doubled += 1;
  };
  const timer = setInterval(() => {
    for (const tile of document.querySelectorAll('[data-participant][data-kind="camera"][data-self="false"]')) {
      const video = [...tile.querySelectorAll("video")].at(-1); // the one on top
      if (video) follow(video, `camera ${tile.dataset.participant}`);
    }
    listen();
  }, LOOK_MS);
  window.vmrGaps = {
    stop: () => {
      clearInterval(timer);
      const now = performance.now();
      for (const key of Object.keys(seen)) note(key, now);
      return { gaps, doubled };
    },
  };
})();
