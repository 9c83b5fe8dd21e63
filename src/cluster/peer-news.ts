/** What the core of a node tells the others of callers who are known, and of whose lines are in calls. */
import type { LegId, NodeId } from '../call/identifiers.ts';
import type { GuessLog } from '../call/ports/nodes.ts';
import type { CallPeers, PeerLines } from '../call/ports/peers.ts';
import type { ClusterMessage } from './cluster-message.ts';
import type { LinesElsewhere } from './lines-elsewhere.ts';

export interface PeerNewsDeps {
  readonly nodeId: NodeId;
  readonly tell: (message: ClusterMessage) => void;
  readonly supersede: (legId: LegId) => void;
  readonly elsewhere: Pick<LinesElsewhere, 'isLive'>;
  readonly guessLog: Pick<GuessLog, 'hide'>;
}

export interface PeerNews {
  readonly peers: CallPeers;
  readonly lines: PeerLines;
  /** To a node that is new, or was away. */
  sayLinesAgain(): void;
}

export const createPeerNews = (deps: PeerNewsDeps): PeerNews => {
  const { nodeId, tell, supersede, elsewhere, guessLog } = deps;
  const ownLines = new Map<LegId, string>();
  return {
    peers: {
      supersede,
      calledAgain({ callId, inviteeId, legId, at }) {
        tell({ type: 'called-again', from: nodeId, callId, inviteeId, legId, at });
      },
      removed(callId, inviteeId) {
        tell({ type: 'removed', from: nodeId, callId, inviteeId });
      },
    },
    lines: {
      key: (number) => guessLog.hide(number),
      isLive: elsewhere.isLive,
      line(legId, key) {
        if (key === undefined) ownLines.delete(legId);
        else ownLines.set(legId, key);
        tell({ type: 'line', from: nodeId, legId, key });
      },
      dropped({ key, callId, at }) {
        tell({ type: 'line-dropped', from: nodeId, key, callId, at });
      },
      taken(key) {
        tell({ type: 'line-taken', from: nodeId, key });
      },
    },
    sayLinesAgain: () => {
      for (const [legId, key] of ownLines) tell({ type: 'line', from: nodeId, legId, key });
    },
  };
};
