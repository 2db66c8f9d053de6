/** Notifications of the system while the page is hidden. They name the room and the kind alone. */

import { signal } from "../../vendor/signals.js";
import { t } from "../text.js";

export class Notifications {
  constructor() {
    /** `default` while nobody was asked, `unsupported` where there are none. */
    this.permission = signal("Notification" in window ? Notification.permission : "unsupported");
  }

  async ask() {
    this.permission.value = await Notification.requestPermission();
  }

  /** @param {import("./types.js").Raised} raised */
  show({ room, alert }) {
    if (!document.hidden || this.permission.value !== "granted") return;
    const body = t("desk.notification", { room: room.name, kind: t(`desk.kind.${alert.kind}`) });
    const shown = new Notification(t("desk.title"), { body, tag: `${room.id}-${alert.id}` });
    shown.onclick = () => window.focus();
  }
}
