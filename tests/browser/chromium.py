"""How Chromium is started here: no screen, no way out of the machine, a camera from a file."""

from pathlib import Path

from playwright.async_api import Browser, Playwright

from tests.browser.faces import Face, write_camera, write_voice

EXECUTABLE = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    # The two popups are pages of the address bar: 0.6 s of a core for every window, unseen.
    "--disable-features=WebRtcHideLocalIpsWithMdns,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]


async def launch(playwright: Playwright, face: Face, directory: Path, *arguments: str) -> Browser:
    """A browser process whose camera and microphone are this face and its voice."""
    camera, voice = directory / f"face{face.number}.y4m", directory / f"voice{face.number}.wav"
    if not camera.exists():
        write_camera(face, camera)
    if not voice.exists():
        write_voice(face, voice)
    return await playwright.chromium.launch(
        executable_path=str(EXECUTABLE),
        ignore_default_args=["--mute-audio", "--hide-scrollbars"],
        args=[
            *ARGUMENTS,
            *arguments,
            f"--use-file-for-fake-video-capture={camera}",
            f"--use-file-for-fake-audio-capture={voice}",
        ],
    )
