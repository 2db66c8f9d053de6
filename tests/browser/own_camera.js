// For a browser whose fake camera is nobody's face: the picture of every camera that is opened is
// replaced by one of this colour, of the same size and name. Choosing, stopping and permission
// stay the browser's own. A test may cover it or let it stand still: `vmrCamera = "black"`,
// `"still"`, `"live"` again.
(red, green, blue) => {
  const FRAMES_PER_SECOND = 10;
  const BAR = 8;
  const MARK = 4; // of the height
  if (!navigator.mediaDevices) return; // not a secure page: it can open none
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);

  function paint(camera) {
    const settings = camera.getSettings();
    const canvas = document.createElement("canvas");
    canvas.width = settings.width;
    canvas.height = settings.height;
    const context = canvas.getContext("2d");
    let frame = 0;
    const draw = () => {
      context.fillStyle = window.vmrCamera === "black" ? "black" : `rgb(${red} ${green} ${blue})`;
      context.fillRect(0, 0, canvas.width, canvas.height);
      if (window.vmrCamera === "black") return;
      context.fillStyle = "white"; // something to see, and something that moves
      context.fillRect(0, 0, canvas.height / MARK, canvas.height / MARK);
      context.fillRect((frame * BAR) % canvas.width, canvas.height - BAR, BAR, BAR);
      if (window.vmrCamera !== "still") frame += 1;
    };
    draw();
    const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND);
    const [track] = canvas.captureStream().getVideoTracks();
    const stop = track.stop.bind(track);
    track.getSettings = () => settings;
    track.stop = () => {
      clearInterval(timer);
      camera.stop();
      stop();
    };
    return track;
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const camera of stream.getVideoTracks()) {
      stream.removeTrack(camera);
      stream.addTrack(paint(camera));
    }
    return stream;
  };
}
