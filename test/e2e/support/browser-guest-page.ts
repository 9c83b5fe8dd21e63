/** What runs in the browser of a guest: a camera made of a canvas, and the pictures of others read pixel by pixel. */

/** Red, green and blue of a quarter of the guest's picture each, from the top left. */
export const quarterColours = [
  [200, 40, 40],
  [40, 160, 60],
  [50, 60, 200],
  [220, 200, 60],
] as const;

/** A white bar moves along the middle. Calls: `start(codec)`, `addBackup()`, `answer(sdp)`, `offerMore(videos)`, `candidate(json)`, `read(mid)`. */
export const browserGuestPage = `
const colours = ${JSON.stringify(quarterColours)};
const [width, height] = [640, 360];
const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
const videos = new Map();

function camera() {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const ink = canvas.getContext('2d');
  let frame = 0;
  setInterval(() => {
    colours.forEach((colour, at) => {
      ink.fillStyle = 'rgb(' + colour + ')';
      ink.fillRect((at % 2) * width / 2, at < 2 ? 0 : height / 2, width / 2, height / 2);
    });
    ink.fillStyle = 'white';
    ink.fillRect((frame++ * 8) % (width - 32), height * 0.45, 32, height * 0.1);
  }, 66);
  return canvas.captureStream(15).getVideoTracks()[0];
}

pc.ontrack = ({ track, transceiver }) => {
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
  video.srcObject = new MediaStream([track]);
  document.body.append(video);
  videos.set(transceiver.mid, video);
};

async function offer() {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') await new Promise((go) => setTimeout(go, 20));
  return pc.localDescription.sdp;
}

const profiles = { 'video/H264': /packetization-mode=1.*42e01f/, 'video/VP9': /profile-id=0/ };

function send(track, wanted) {
  const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [new MediaStream([track])] });
  const all = RTCRtpSender.getCapabilities('video').codecs;
  const of = (name) => all.filter(({ mimeType, sdpFmtpLine }) => mimeType === name && profiles[name].test(sdpFmtpLine));
  if (of(wanted).length === 0) throw new Error('this browser has no encoder for ' + wanted);
  // The server takes for a possible backup what is in the m-line of the first codec too.
  const others = wanted === 'video/H264' ? [] : of('video/H264');
  transceiver.setCodecPreferences([...of(wanted), ...others, ...all.filter(({ mimeType }) => mimeType === 'video/rtx')]);
  return track.id;
}

let track;
globalThis.guest = {
  async start(codec) {
    track = camera();
    const cid = send(track, codec);
    pc.addTransceiver('video', { direction: 'recvonly' });
    return { cid, sdp: await offer() };
  },
  async addBackup() {
    const cid = send(track.clone(), 'video/H264');
    return { cid, sdp: await offer() };
  },
  answer: (sdp) => pc.setRemoteDescription({ type: 'answer', sdp }),
  async offerMore(videos) {
    for (let nth = 0; nth < videos; nth++) pc.addTransceiver('video', { direction: 'recvonly' });
    return offer();
  },
  candidate: (candidate) => pc.addIceCandidate(candidate),
  read(mid) {
    const video = videos.get(mid);
    if (!video || video.videoWidth === 0) return undefined;
    const size = { width: video.videoWidth, height: video.videoHeight };
    const ink = Object.assign(document.createElement('canvas'), size).getContext('2d');
    ink.drawImage(video, 0, 0);
    const { data } = ink.getImageData(0, 0, size.width, size.height);
    let luma = '';
    for (let at = 0; at < data.length; at += 4)
      luma += String.fromCharCode(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
    return { ...size, luma: btoa(luma) };
  },
};`;
