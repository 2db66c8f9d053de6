// An encoder that is a web page of another origin: a painted picture in two layers and a tone,
// sent by WHIP. Answers are taken, and ICE restarted, as RFC 9725 says.
(() => {
  const SDP = "application/sdp";
  const FRAGMENT = "application/trickle-ice-sdpfrag";
  let peer, resource, token, etag;

  function picture([red, green, blue]) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext("2d");
    let at = 0;
    setInterval(() => {
      context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = "white";
      at = (at + 8) % 640;
      context.fillRect(at, 340, 20, 20);
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  }

  function tone(hertz) {
    const audio = new AudioContext();
    const target = audio.createMediaStreamDestination();
    const oscillator = new OscillatorNode(audio, { frequency: hertz });
    oscillator.connect(new GainNode(audio, { gain: 0.4 })).connect(target);
    oscillator.start();
    return target.stream.getAudioTracks()[0];
  }

  async function ask(method, url, type, body, more = {}) {
    const headers = { Authorization: `Bearer ${token}`, ...(type ? { "Content-Type": type } : {}), ...more };
    const response = await fetch(url, { method, headers, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async function start(address, bearer, colour, hertz) {
    token = bearer;
    peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    peer.addTransceiver(tone(hertz), { direction: "sendonly" });
    peer.addTransceiver(picture(colour), {
      direction: "sendonly",
      sendEncodings: [{ rid: "l", scaleResolutionDownBy: 2, maxBitrate: 120000 }, { rid: "h", maxBitrate: 550000 }],
    });
    await peer.setLocalDescription(await peer.createOffer());
    const made = await ask("POST", address, SDP, peer.localDescription.sdp);
    if (made.status !== 201) return made.status;
    resource = new URL(made.headers.get("Location"), address).href;
    etag = made.headers.get("ETag");
    await peer.setRemoteDescription({ type: "answer", sdp: made.text });
    return made.status;
  }

  const lines = (sdp, names) => sdp.split("\r\n").filter((line) => names.some((name) => line.startsWith(`a=${name}`)));

  /** What this browser has gathered, told as a trickle. */
  async function trickle() {
    const [first] = peer.localDescription.sdp.split("\r\nm=").slice(1);
    const said = lines(first, ["ice-ufrag", "ice-pwd", "mid", "candidate", "end-of-candidates"]);
    const answered = await ask("PATCH", resource, FRAGMENT, `${said.join("\r\n")}\r\n`, { "If-Match": etag });
    return answered.status;
  }

  async function restart() {
    await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
    const [first] = peer.localDescription.sdp.split("\r\nm=").slice(1);
    const said = lines(first, ["ice-ufrag", "ice-pwd"]).join("\r\n");
    const answered = await ask("PATCH", resource, FRAGMENT, `${said}\r\n`, { "If-Match": "*" });
    if (answered.status !== 200) return answered.status;
    etag = answered.headers.get("ETag");
    const [ufrag] = lines(answered.text, ["ice-ufrag"]);
    const [password] = lines(answered.text, ["ice-pwd"]);
    const sdp = peer.remoteDescription.sdp.replaceAll(/a=ice-ufrag:.*/g, ufrag).replaceAll(/a=ice-pwd:.*/g, password);
    await peer.setRemoteDescription({ type: "answer", sdp });
    return answered.status;
  }

  /** The local user name fragment of the pair that carries media now. */
  async function pair() {
    const stats = await peer.getStats();
    const transport = [...stats.values()].find((one) => one.type === "transport");
    const found = transport && stats.get(transport.selectedCandidatePairId);
    return found ? stats.get(found.localCandidateId)?.usernameFragment ?? "" : "";
  }

  /** Which layers are sent, by RID. */
  async function layers() {
    const stats = [...(await peer.getStats()).values()].filter((one) => one.type === "outbound-rtp" && one.rid);
    return Object.fromEntries(stats.map((one) => [one.rid, one.framesSent ?? 0]));
  }

  window.encoder = {
    start, trickle, restart, pair, layers,
    state: () => peer.connectionState,
    end: async () => (await ask("DELETE", resource)).status,
  };
})();
