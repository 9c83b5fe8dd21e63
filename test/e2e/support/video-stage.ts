/** A meeting stage with a domain of video addresses, and video rooms of others (baresip) with camera and screen. */
import { join } from 'node:path';
import { createTestAuthority } from '../../support/certificates.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import type { Witness } from '../../support/witness.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './baresip.ts';
import { createMeetingStage, type MeetingStage, type ShownCall } from './meeting-stage.ts';
import { barIn, isCard, makeFilm, screenOf } from './moving-pictures.ts';

export const domain = 'meet.test';

export interface VideoStage extends MeetingStage {
  /** An address of the domain that no meeting of this stage has had. */
  newAddress(): string;
  /** A room that shows the film, speaks a tone of 440 Hz and dials at once. Closed with the test (`clear`). */
  startRoom(
    target: string,
    options?: Pick<BaresipOptions, 'mediaEncryption' | 'outboundProxy'>,
  ): Promise<Baresip>;
  /** Resolves when a room is in the meeting. */
  joinedCall(): Promise<ShownCall>;
  /** The room in the meeting, and its identity as somebody there sees it. */
  roomSeenBy(
    witness: Pick<Witness, 'participants'>,
  ): Promise<{ readonly legId: string; readonly identity: string }>;
  /** Resolves when a witness's bar on this ground is on the room's screen. */
  seesBar(device: Baresip, what: string, ground?: number): Promise<number>;
  /** Resolves when the bar has been at two places of the room's screen. */
  seesBarMove(device: Baresip, ground?: number): Promise<void>;
  /** Resolves when the room's screen shows words. */
  seesCard(device: Baresip, what: string): Promise<void>;
}

/** A device takes what it finds free of them. */
const freeRtpPorts = (): string => {
  const from = 44_000 + 40 * Math.floor(Math.random() * 400);
  return `${from}-${from + 30}`;
};

/** `env`: settings of the gateway beside the usual ones. */
export const createVideoStage = async (
  env: Readonly<Record<string, string>> = {},
): Promise<VideoStage> => {
  const authority = createTestAuthority();
  const folder = await temporaryFolder();
  const film = join(folder.path, 'film.avi');
  const forget = async (): Promise<void> => {
    await folder.remove();
    authority.remove();
  };
  const stage = await Promise.resolve()
    .then(() => {
      makeFilm(film);
      return createMeetingStage({ RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0', ...env });
    })
    .catch(async (error: unknown) => {
      await forget();
      throw error;
    });
  const devices = new Set<Baresip>();
  let addresses = 0;

  const clear = async (): Promise<void> => {
    await Promise.all([...devices].map((device) => device.close()));
    devices.clear();
    await stage.clear();
  };
  const joinedCall = (): Promise<ShownCall> =>
    stage.until('the room in the meeting', async () => (await stage.calls('joined')).at(0));

  return {
    ...stage,
    clear,
    newAddress: () => `room${++addresses}@${domain}`,
    startRoom: async (target, options = {}) => {
      const device = await startBaresip({
        target,
        transport: 'udp',
        authorityFile: authority.authorityFile,
        toneHz: 440,
        rtpPorts: freeRtpPorts(),
        film,
        outboundProxy: `sip:127.0.0.1:${stage.gateway.sipPort}`,
        ...options,
      });
      devices.add(device);
      return device;
    },
    joinedCall,
    roomSeenBy: async (witness) => {
      const { legId } = await joinedCall();
      const { identity } = await stage.until('its participant', () =>
        witness.participants().find((one) => one.identity.includes(legId)),
      );
      return { legId, identity };
    },
    seesBar: (device, what, ground) =>
      stage.until(what, async () => {
        const picture = await screenOf(device);
        return picture && barIn(picture, ground);
      }),
    seesBarMove: async (device, ground) => {
      const bars = new Set<number>();
      await stage.until('the bar at two places of the screen', async () => {
        const picture = await screenOf(device);
        const at = picture && barIn(picture, ground);
        if (at !== undefined) bars.add(Math.round(at * 20));
        return bars.size > 1 ? true : undefined;
      });
    },
    seesCard: async (device, what) => {
      await stage.until(what, async () => {
        const picture = await screenOf(device);
        return picture !== undefined && isCard(picture) ? true : undefined;
      });
    },
    close: async () => {
      await clear();
      await stage.close();
      await forget();
    },
  };
};
