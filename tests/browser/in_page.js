// Runs in every page of the tests before its own scripts: keeps hold of peer connections and
// sockets, so that a test can measure what is really received and send what no page would.
(() => {
  const peers = [];
  const sockets = [];
  /** Every text the server ever sent to this page. */
  const arrived = [];
  /** Every view of the meeting document that was ever shown. */
  const views = [];
  /** What became of each peer connection: milliseconds, its number, what. */
  const trail = [];
  const NativePeer = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends NativePeer {
    constructor(...rest) {
      super(...rest);
      const number = peers.push(this);
      const note = (what) => trail.push(`${Math.round(performance.now())} ${number} ${what}`);
      note("made");
      for (const state of ["signalingState", "iceGatheringState", "iceConnectionState", "connectionState"]) {
        this.addEventListener(`${state.toLowerCase()}change`, () => note(`${state} ${this[state]}`));
      }
      this.addEventListener("icecandidate", ({ candidate }) => note(candidate?.candidate ?? "no more candidates"));
      this.addEventListener("icecandidateerror", ({ errorCode, errorText, url }) => note(`${errorCode} ${errorText} ${url}`));
    }
  };
  const NativeSocket = window.WebSocket;
  window.WebSocket = class WebSocket extends NativeSocket {
    constructor(...rest) {
      super(...rest);
      sockets.push(this);
      this.addEventListener("message", (message) => {
        if (typeof message.data === "string") arrived.push(message.data);
      });
    }
  };

  const CANVAS_WIDTH = 32;
  const CANVAS_HEIGHT = 18;
  const RAW_TIMEOUT_MS = 30000;
  let nextAck = 900001;
  let audio = null;

  /** Mean colour of the middle of a picture, where neither number nor bar is. */
  function meanColour(video) {
    const canvas = document.createElement("canvas");
    canvas.width = CANVAS_WIDTH;
    canvas.height = CANVAS_HEIGHT;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, CANVAS_WIDTH, CANVAS_HEIGHT);
    const data = context.getImageData(10, 5, 12, 8).data;
    const sum = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      for (let c = 0; c < 3; c += 1) sum[c] += data[at + c];
    }
    return sum.map((value) => value / (data.length / 4));
  }

  function pictures() {
    return [...document.querySelectorAll("video")]
      .filter((video) => video.videoWidth > 0 && video.readyState >= 2)
      .map((video) => {
        const tile = video.closest("[data-participant]");
        return {
          participant: tile ? tile.dataset.participant : null,
          kind: tile ? tile.dataset.kind : null,
          isSelf: tile ? tile.dataset.self === "true" : true,
          isVisible: video.checkVisibility() && video.getBoundingClientRect().width > 0,
          width: video.videoWidth,
          height: video.videoHeight,
          colour: meanColour(video),
        };
      });
  }

  /** The pitch in Hz that each heard person is loudest at, listened to for a while. */
  async function tones(listenMs) {
    audio = audio || new AudioContext();
    await audio.resume();
    const ears = [...document.querySelectorAll("audio[data-participant]")]
      .filter((element) => element.dataset.participant && element.srcObject)
      .map((element) => {
        const source = audio.createMediaStreamSource(element.srcObject);
        const analyser = audio.createAnalyser();
        analyser.fftSize = 8192;
        analyser.smoothingTimeConstant = 0;
        source.connect(analyser);
        return {
          participant: element.dataset.participant, source, analyser,
          bins: new Float32Array(analyser.frequencyBinCount), level: -200, hertz: 0,
        };
      });
    const until = performance.now() + listenMs;
    while (performance.now() < until) {
      await new Promise((done) => setTimeout(done, 60));
      for (const ear of ears) {
        ear.analyser.getFloatFrequencyData(ear.bins);
        ear.bins.forEach((level, bin) => {
          if (level > ear.level) {
            ear.level = level;
            ear.hertz = (bin * audio.sampleRate) / ear.analyser.fftSize;
          }
        });
      }
    }
    ears.forEach((ear) => ear.source.disconnect());
    return ears.map(({ participant, level, hertz }) => ({ participant, level, hertz }));
  }

  /** Per receive section: energy heard, packets, frames decoded. */
  async function received() {
    const found = [];
    for (const peer of peers) {
      if (peer.connectionState === "closed") continue;
      for (const stat of (await peer.getStats()).values()) {
        if (stat.type !== "inbound-rtp") continue;
        found.push({
          mid: stat.mid, kind: stat.kind, packets: stat.packetsReceived,
          lost: stat.packetsLost, energy: stat.totalAudioEnergy || 0,
          frames: stat.framesDecoded || 0, width: stat.frameWidth || 0,
          freezes: stat.freezeCount || 0,
        });
      }
    }
    return found;
  }

  /** For whoever looks for the reason of a failure. */
  async function evidence() {
    return { now: Math.round(performance.now()), views, trail, pictures: pictures(), received: await received() };
  }

  function ufrags() {
    return peers
      .filter((peer) => peer.signalingState !== "closed")
      .flatMap((peer) => [peer.currentLocalDescription, peer.pendingLocalDescription])
      .flatMap((description) => [...(description?.sdp ?? "").matchAll(/a=ice-ufrag:(\S+)/g)])
      .map((match) => match[1]);
  }

  /**
   * Send a request as this page's own session, past all of the page's own code. The answer is
   * the acknowledgement, or an error of our own: no_socket, no_answer. `namespace` is "" or "/desk,".
   */
  function raw(event, payload, namespace = "") {
    const socket = sockets.findLast((one) => one.readyState === WebSocket.OPEN);
    if (!socket) return Promise.resolve({ error: { code: "no_socket", message: "" } });
    const id = nextAck;
    nextAck += 1;
    return new Promise((resolve) => {
      const unanswered = { error: { code: "no_answer", message: event } };
      const timer = setTimeout(() => resolve(unanswered), RAW_TIMEOUT_MS);
      socket.addEventListener("message", function listen(message) {
        const prefix = `43${namespace}${id}`;
        if (typeof message.data !== "string" || !message.data.startsWith(prefix)) return;
        socket.removeEventListener("message", listen);
        clearTimeout(timer);
        resolve(JSON.parse(message.data.slice(prefix.length))[0]);
      });
      socket.send(`42${namespace}${id}${JSON.stringify([event, payload])}`);
    });
  }

  /** Another tab is in front, or this one again: no browser without a screen hides a page by itself. */
  function setVisibility(state) {
    Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
    Object.defineProperty(document, "hidden", { get: () => state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }

  new MutationObserver(() => {
    const view = document.querySelector("#app")?.dataset.view;
    if (view && view !== "loading" && view !== views.at(-1)) views.push(view);
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-view"] });

  window.vmrTest = {
    /** Transports end with a word, not by silence: the next test need not wait for consent. */
    closePeers: () => peers.forEach((peer) => peer.close()),
    wasTold: (text) => arrived.some((message) => message.includes(text)),
    views, peers, sockets, pictures, tones, received, evidence, ufrags, raw, setVisibility,
  };
})();
