/** The microphone's level, one's own voice played back, and three notes from the speaker. */

import { useEffect, useState } from "../../../vendor/preact-hooks.js";
import { Icon } from "../../components/icon.js";
import { LevelMeter } from "../../components/preview.js";
import { html } from "../../html.js";
import { watchLevel } from "../../media/level.js";
import { t } from "../../text.js";
import { playBack, playNotes, record } from "../sounds.js";
import { useCheck } from "./context.js";

/** A level as loud as speech, for so many looks in all. */
const SPEECH_LEVEL = 0.3;
const LOOKS = 4;

export function Hearing() {
  const { devices, test } = useCheck();
  const { microphone, microphoneTrack } = devices.state.value;
  const { isHeard } = test.value;
  useHearing(microphoneTrack);
  return html`
    <div class="hearing">
      <div class="hearing__row"><${Icon} name=${microphoneTrack ? "microphone" : "microphone-off"} />
        ${microphoneTrack ? html`<${LevelMeter} track=${microphoneTrack} />` : html`<p class="preview__silent">${t(`microphone.${microphone}`)}</p>`}
      </div>
      ${microphoneTrack && html`<p class="hearing__said" role="status">${t(isHeard ? "self_test.heard" : "self_test.speak")}</p>`}
      ${microphoneTrack && html`<${OwnVoice} track=${microphoneTrack} />`}
    </div>
    <${Speaker} />`;
}

/** @param {MediaStreamTrack|null} track */
function useHearing(track) {
  const { audioContext, dispatch } = useCheck();
  useEffect(() => {
    dispatch({ type: "unheard" });
    if (!track) return undefined;
    let loud = 0;
    return watchLevel(audioContext(), track, (level) => {
      loud += Number(level >= SPEECH_LEVEL);
      if (loud === LOOKS) dispatch({ type: "heard" });
    });
  }, [track]);
}

/** @param {{track: MediaStreamTrack}} props */
function OwnVoice({ track }) {
  const { devices } = useCheck();
  const [step, setStep] = useState(/** @type {"idle"|"recording"|"playing"|"failed"} */ ("idle"));
  if (!("MediaRecorder" in window)) return null;
  const start = async () => {
    if (step === "recording" || step === "playing") return;
    try {
      setStep("recording");
      const voice = await record(track);
      setStep("playing");
      await playBack(voice, devices.state.value.speakerId);
      setStep("idle");
    } catch (error) {
      console.info("the recording was not played", error);
      setStep("failed");
    }
  };
  return html`<p class="hearing__row">
    <button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small" aria-disabled=${step === "recording" || step === "playing"}
      onClick=${start}>${t("self_test.voice")}</button>
    <span role="status">${step === "idle" ? "" : t(`self_test.voice.${step}`)}</span>
  </p>`;
}

function Speaker() {
  const { audioContext, devices, dispatch, test } = useCheck();
  const [wasPlayed, setPlayed] = useState(false);
  const { speaker } = test.value;
  const play = async () => {
    setPlayed(true);
    await playNotes(audioContext(), devices.state.value.speakerId).catch((error) => console.info("no sound", error));
  };
  const answer = (/** @type {boolean} */ isHeard) => dispatch({ type: "speaker", isHeard });
  return html`<div class="hearing">
    <p class="hearing__row"><${Icon} name="speaker" />
      <button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small" onClick=${play}>${t("self_test.play")}</button></p>
    ${wasPlayed && html`<fieldset class="govuk-fieldset hearing__row" aria-describedby="heard-question">
      <legend class="govuk-body-s vmr-flush" id="heard-question">${t("self_test.did_hear")}</legend>
      <button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small" aria-pressed=${speaker === "heard"}
        onClick=${() => answer(true)}>${t("self_test.did_hear.yes")}</button>
      <button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small" aria-pressed=${speaker === "unheard"}
        onClick=${() => answer(false)}>${t("self_test.did_hear.no")}</button>
    </fieldset>`}
  </div>`;
}
