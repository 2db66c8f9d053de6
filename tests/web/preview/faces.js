/** Moving pictures that stand for people and a presented page, drawn on a canvas. */

const WIDTH = 640;
const HEIGHT = 360;
const LOOKS = {
  p1: ["#8a9ba8", "#4a5b6a", "#e0b594", "#3b2a20", "#28405c"],
  p2: ["#b9a58c", "#7a6650", "#8d5b3f", "#1d1512", "#6b2f3a"],
  p3: ["#9fb3a4", "#52685a", "#c99873", "#553a24", "#40513f"],
  p4: ["#a9a2b8", "#5f5773", "#f0cdb0", "#a8742c", "#39365c"],
  p5: ["#b3a79f", "#6e5c52", "#6e452f", "#0f0c0b", "#7c6a2d"],
  p6: ["#93a9b8", "#496577", "#dcae8c", "#71706e", "#2f4f4f"],
  self: ["#a3adb5", "#59656e", "#d9a986", "#2b211b", "#3c4a57"],
};

/** @param {string} id */
export function face(id) {
  const [wall, shade, skin, hair, cloth] = LOOKS[id] ?? LOOKS.p1;
  return drawn((context, time) => {
    const light = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
    light.addColorStop(0, wall);
    light.addColorStop(1, shade);
    context.fillStyle = light;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = "rgba(255,255,255,.14)";
    context.fillRect(60, 30, 130, 170);
    const x = WIDTH / 2 + Math.sin(time / 900) * 6;
    ellipse(context, cloth, x, 400, 190, 150);
    ellipse(context, skin, x, 250, 34, 60);
    ellipse(context, hair, x, 150, 82, 98);
    ellipse(context, skin, x, 172, 66, 84);
    ellipse(context, "#2a1d18", x - 24, 165, 6, 6);
    ellipse(context, "#2a1d18", x + 24, 165, 6, 6);
    ellipse(context, "#8c4a44", x, 214, 20, 5 + 3 * Math.abs(Math.sin(time / 180)));
  });
}

export function screen() {
  return drawn((context) => {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = "#1d70b8";
    context.fillRect(0, 0, WIDTH, 34);
    context.fillStyle = "#0b0c0c";
    context.font = "bold 22px Arial";
    context.fillText("Witness statement (draft 3)", 40, 80);
    context.fillStyle = "#484949";
    for (let line = 0; line < 11; line += 1) context.fillRect(40, 110 + line * 20, line % 4 === 3 ? 260 : 540, 8);
  });
}

function drawn(paint) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  const draw = () => paint(context, performance.now());
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5).getVideoTracks()[0];
}

function ellipse(context, colour, x, y, rx, ry) {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  context.fill();
}
