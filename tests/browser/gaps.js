// In a page of the meeting: the longest time without a new picture and without sound of each other
// person, the longest between the arrivals of two pictures that were shown after each other (how long
// the sender was silent), and whether anybody was ever played twice, until `vmrGaps.stop()`.
(() => {
  const LOOK_MS = 10;
  const gaps = {};
  const arrived = {};
  const seen = {};
  const came = {};
  const told = new WeakMap();
  const newest = new WeakMap(); // the last picture of each element, shown or beneath another
  const tops = {};
  let doubled = 0;
  const note = (key, at) => {
    if (key in seen) gaps[key] = Math.max(gaps[key] ?? 0, at - seen[key]);
    seen[key] = at;
  };
  const notePicture = (key, { shownAt, cameAt }) => {
    note(key, shownAt);
    if (key in came) arrived[key] = Math.max(arrived[key] ?? 0, cameAt - came[key]);
    came[key] = cameAt;
  };
  const follow = (video, key) => {
    if (told.get(video) === key) return;
    told.set(video, key);
    const next = (_, { receiveTime }) => {
      if (told.get(video) !== key || !video.isConnected) return;
      const picture = { shownAt: performance.now(), cameAt: receiveTime };
      newest.set(video, picture);
      if (tops[key] === video) notePicture(key, picture);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  // The element that was on top goes: what the next one has shown beneath it is a new picture from
  // now on, if it came later than the last one that was seen.
  const look = (videos, key) => {
    for (const video of videos) follow(video, key);
    const top = videos.at(-1);
    if (tops[key] === top) return;
    const isFirst = tops[key] === undefined;
    tops[key] = top;
    const picture = newest.get(top);
    if (!isFirst && picture?.shownAt > seen[key]) notePicture(key, { ...picture, shownAt: performance.now() });
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
      const videos = [...tile.querySelectorAll("video")]; // the last is on top
      if (videos.length) look(videos, `camera ${tile.dataset.participant}`);
    }
    listen();
  }, LOOK_MS);
  window.vmrGaps = {
    stop: () => {
      clearInterval(timer);
      const now = performance.now();
      for (const key of Object.keys(seen)) note(key, now);
      return { gaps, arrived, doubled };
    },
  };
})();
