import { EvenkeelError, malformed } from '../../../model/error.ts'
import { wordOf } from '../../answers.ts'
import { createRedisClient, type RedisClient } from '../client.ts'
import { type ClusterNode, parseClusterNodes } from '../clusterNodes.ts'
import { placeOf, type RedisConfig } from '../config.ts'

/** What one node says of the cluster. */
export type View = { nodes: ClusterNode[]; self: ClusterNode }

/** One node: where it is as the cluster announces it, its id, a connection, and its newest view. `was`: the id of a failed node whose place it took. */
export type Node = { address: string; id: string; client: RedisClient; view: View; was?: string }

/** So long one node is waited for before another one is asked what the cluster knows. */
const TURN_MS = 700

/** Connections to the nodes of a Cluster, with the login of the one that is configured, each reached where `natMap` says. */
export class Nodes {
  readonly #config: RedisConfig
  readonly #entry: RedisClient
  /** Addresses that are asked what the cluster knows where the configured node does not answer; the one that answered last first. */
  #peers: (string | null)[]
  readonly #clients = new Map<string, RedisClient>()

  constructor(config: RedisConfig, peers: readonly string[] = []) {
    this.#config = config
    this.#entry = createRedisClient(config)
    this.#peers = [null, ...peers.filter((peer) => peer !== this.#entry.address)]
  }

  /** What the configured node itself says. */
  entry(signal: AbortSignal): Promise<View> {
    return viewOf(this.#entry, signal)
  }

  /** What the configured node says, or another one where that does not answer. */
  async #cluster(signal: AbortSignal): Promise<View> {
    let failure: unknown
    for (const peer of [...this.#peers]) {
      const turn = AbortSignal.any([signal, AbortSignal.timeout(TURN_MS)])
      try {
        const view = await viewOf(peer === null ? this.#entry : this.client(peer), turn)
        this.#peers = [peer, ...this.#peers.filter((other) => other !== peer)]
        return view
      } catch (error) {
        failure ??= error
        if (signal.aborted) break
      }
    }
    throw failure
  }

  client(address: string): RedisClient {
    let client = this.#clients.get(address)
    if (!client) {
      const { tls } = placeOf(this.#config.url)
      const { username, password } = loginOf(this.#config)
      const url = `${tls ? 'rediss' : 'redis'}://${this.#config.natMap?.[address] ?? address}`
      client = createRedisClient({ ...this.#config, url, username, password })
      this.#clients.set(address, client)
    }
    return client
  }

  /** Throws `unreachable`, or `not_allowed` where another server answers at that address than the cluster says. */
  async node(address: string, signal: AbortSignal): Promise<Node> {
    const client = this.client(address)
    const view = await viewOf(client, AbortSignal.any([signal, AbortSignal.timeout(TURN_MS)]))
    const known = (await this.#cluster(signal)).nodes.find((node) => node.address === address)
    if (!known) throw new EvenkeelError('not_allowed', `The cluster knows no node at ${address} any more.`)
    if (known.id !== view.self.id)
      throw new EvenkeelError('not_allowed', `Another server answers at ${address} than the one that the cluster has there: see natMap.`)
    return { address, id: known.id, client, view }
  }

  /** The node that has the slots which the one at that address has or had: since a fail-over, the one that this follows. */
  async heir(address: string, signal: AbortSignal): Promise<Node> {
    const node = await this.node(address, signal)
    const primary = node.view.nodes.find(({ id }) => id === node.view.self.follows)
    return primary?.address ? this.node(primary.address, signal) : node
  }

  /**
   * The master that took the place of one that has failed and does not answer: who serves now what of these slots that one served. Null while it
   * has not failed by what most masters say, or nobody took its place. `besides`: masters that may serve some of them for another reason.
   */
  async successor(address: string, slots: readonly number[], besides: readonly string[], signal: AbortSignal): Promise<Node | null> {
    const view = await this.#cluster(signal)
    const gone = view.nodes.find((node) => node.address === address)
    if (!gone?.failed) return null
    const owners = new Set(slots.flatMap((slot) => ownerOf(view, slot)?.address ?? []).filter((owner) => !besides.includes(owner)))
    const [owner] = owners
    if (owners.size !== 1 || owner === undefined || owner === address) return null
    return { ...(await this.node(owner, signal)), was: gone.id }
  }

  async close(): Promise<void> {
    await Promise.all([this.#entry, ...this.#clients.values()].map((client) => client.close()))
  }
}

export async function viewOf(client: RedisClient, signal: AbortSignal): Promise<View> {
  const answer = await client.call(['CLUSTER', 'NODES'], signal)
  if (typeof answer !== 'string') throw malformed('CLUSTER NODES is to answer text', wordOf(answer))
  const { nodes } = parseClusterNodes(answer)
  const self = nodes.find((node) => node.self)
  if (!self) throw malformed('CLUSTER NODES names no node as `myself`', answer)
  return { nodes, self }
}

/** The master that serves a slot, by one view. */
export const ownerOf = ({ nodes }: View, slot: number): ClusterNode | undefined =>
  nodes.find(({ ranges }) => ranges.some(([first, last]) => slot >= first && slot <= last))

/** Whether an id is that of the node, or of one that follows it or failed since a fail-over: what was open at it is open at its heir. */
export const isOrFollows = (id: string, { id: own, was, view }: Pick<Node, 'id' | 'was' | 'view'>): boolean =>
  id === own || id === was || view.nodes.some((node) => node.id === id && node.follows === own)

/** User and password, wherever they are configured. */
export function loginOf(config: RedisConfig): { username?: string; password?: string } {
  const place = placeOf(config.url)
  return { username: config.username ?? place.username, password: config.password ?? place.password }
}
