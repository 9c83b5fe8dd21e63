/** Which meetings' sound each node takes where: told to the others, and heard of them. */
import type { NodeId } from '../call/identifiers.ts';
import type { SoundLinks } from '../call/ports/media.ts';
import type { ClusterMessage, MessageOf } from './cluster-message.ts';

export interface SoundDoors {
  /** From now on the others are told. */
  begin(): void;
  /** To nodes that are new, or were away. */
  sayAgain(): void;
  /** This node may have missed what was said. */
  missed(): void;
  /** A node that was away, or is another life of itself, says all again. */
  hello(node: NodeId): void;
  heard(message: MessageOf<'sound-door'>): void;
  saidAll(node: NodeId): void;
  nodeGone(node: NodeId): void;
}

export interface SoundDoorsDeps {
  readonly nodeId: NodeId;
  readonly tell: (message: ClusterMessage) => void;
  /** Undefined: this node has no links. */
  readonly links: SoundLinks | undefined;
}

export const createSoundDoors = ({ nodeId, tell, links }: SoundDoorsDeps): SoundDoors => {
  const sayAgain = (): void => {
    if (links === undefined) return;
    links.sayAgain();
    tell({ type: 'sound-doors-told', from: nodeId });
  };
  return {
    begin: () =>
      links?.onHere((room, door) => {
        tell({ type: 'sound-door', from: nodeId, room, door });
      }),
    sayAgain,
    missed: () => links?.doubt(undefined),
    hello: (node) => {
      links?.doubt(node);
      sayAgain();
    },
    heard: ({ from, room, door }) => links?.elsewhere(room, from, door),
    saidAll: (node) => links?.saidAll(node),
    nodeGone: (node) => links?.nodeGone(node),
  };
};
