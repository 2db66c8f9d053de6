/** Line icons, drawn here; always beside words or named by their button. */

import { html } from "../html.js";

/** @type {Record<string, string>} */
const PATHS = {
  "microphone": "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7",
  "microphone-off": "M9 9v2a3 3 0 0 0 4.9 2.3M15 10.5V6a3 3 0 0 0-5.8-1.1M5.5 11a6.5 6.5 0 0 0 10.4 5.2M18.5 11c0 1-.2 1.9-.6 2.7M12 17.5V21M8.5 21h7M4 3.5l16 17",
  "camera": "M3 7.5A1.5 1.5 0 0 1 4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9ZM15 10.5l6-3v9l-6-3",
  "camera-off": "M3.5 6.7A1.5 1.5 0 0 0 3 7.8v8.7A1.5 1.5 0 0 0 4.5 18h9c.4 0 .8-.2 1.1-.4M9 6h4.5A1.5 1.5 0 0 1 15 7.5v4M15 10.5l6-3v9l-2.5-1.2M4 3.5l16 17",
  "screen": "M3.5 4.5h17v11.5h-17zM9 20h6M12 16v4M12 12.5V8M9.8 9.8 12 7.6l2.2 2.2",
  "screen-off": "M3.5 4.5h17v11.5h-17zM9 20h6M12 16v4M9.8 8l4.4 4.4M14.2 8l-4.4 4.4",
  "layout": "M3.5 5h11v14h-11zM17 5h3.5v3.5H17zM17 10.25h3.5v3.5H17zM17 15.5h3.5V19H17z",
  "grid": "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
  "full": "M4 9V4.5h4.5M15.5 4.5H20V9M20 15v4.5h-4.5M8.5 19.5H4V15",
  "captions": "M3.5 5.5h17v13h-17zM10 10.3a2 2 0 1 0 0 3.4M17 10.3a2 2 0 1 0 0 3.4",
  "people": "M9 11a3.25 3.25 0 1 0 0-6.5A3.25 3.25 0 0 0 9 11ZM3 19.5v-.7C3 16 5.7 14 9 14s6 2 6 4.8v.7M15.5 5a3.1 3.1 0 0 1 0 5.9M17.3 14.3c2.2.6 3.7 2.3 3.7 4.5v.7",
  "devices": "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM9 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z",
  "bell": "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4M12 5V3.5",
  "door": "M6 20.5V4.5h9v16M4 20.5h16M12.2 12.5v1M18.5 8l1.5-1M18.5 12H20",
  "leave": "M13 4H5v16h8M10.5 12H20M16.5 8.5 20 12l-3.5 3.5",
  "phone-down": "M3.5 14.8c-.7-1.9 0-3.7 1.8-4.7 4-2.3 9.4-2.3 13.4 0 1.8 1 2.5 2.8 1.8 4.7-.2.6-.8.9-1.4.7l-3-.9c-.5-.2-.9-.6-.9-1.2v-1.6a10.5 10.5 0 0 0-6.4 0v1.6c0 .6-.4 1-.9 1.2l-3 .9c-.6.2-1.2-.1-1.4-.7Z",
  "lock": "M5.5 11h13v9h-13zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2",
  "unlock": "M5.5 11h13v9h-13zM8.5 11V7.5a3.5 3.5 0 0 1 6.7-1.4M12 14.5v2",
  "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  "signal": "M4 19v-3M9.3 19v-6.5M14.6 19V9M20 19V5",
  "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.5M12 7.5v.6",
  "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.2l3.3 2",
  "close": "M6 6l12 12M18 6 6 18",
  "speaking": "M4 10v4M8 7v10M12 4v16M16 8v8M20 10.5v3",
  "speaker": "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  "hand-over": "M4 12h13M13 7.5l4.5 4.5-4.5 4.5M20.5 5v14",
  "pin": "M9 4h6l-.7 6 2.7 3.5H7L9.7 10 9 4ZM12 13.5V20",
  "unpin": "M9 4h6l-.7 6 2.7 3.5H7L9.7 10 9 4ZM12 13.5V20M4 4l16 16",
  "move": "M12 3.5v17M3.5 12h17M9.5 6 12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5 3.5 12 6 14.5M18 9.5l2.5 2.5-2.5 2.5",
  "eye-off": "M5 7.6A17 17 0 0 0 2.5 12S6 18.5 12 18.5c1.5 0 2.8-.4 4-1M9.5 5.8a9 9 0 0 1 2.5-.3c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.3 3.1M9.9 9.9a3 3 0 0 0 4.2 4.2M4 3.5l16 17",
  "small-window": "M3.5 5h17v14h-17zM12.5 12h8v7h-8z",
  "hand": "M7.5 12V6.2a1.3 1.3 0 0 1 2.6 0V11V4.6a1.3 1.3 0 0 1 2.6 0V11V5.6a1.3 1.3 0 0 1 2.6 0V12.2l1.4-2a1.4 1.4 0 0 1 2.3 1.5l-3 6.1a4.6 4.6 0 0 1-4.1 2.6h-1a4.4 4.4 0 0 1-4.4-4.4V10a1.3 1.3 0 0 1 2.6 0",
  "check": "M5 12.5l4.5 4.5L19.5 7",
};

const ROOT_PX = 16;

/** As large as `size` px beside text of the usual size; it grows with the text. @param {{name: string, size?: number}} props */
export function Icon({ name, size = 24 }) {
  const length = `${size / ROOT_PX}rem`;
  return html`<svg class="icon" width=${length} height=${length} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
    <path d=${PATHS[name] ?? PATHS.info} />
  </svg>`;
}
