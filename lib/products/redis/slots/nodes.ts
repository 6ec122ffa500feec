import { EvenkeelError, malformed } from '../../../model/error.ts'
import { wordOf } from '../../answers.ts'
import { createRedisClient, type RedisClient } from '../client.ts'
import { type ClusterNode, parseClusterNodes } from '../clusterNodes.ts'
import { placeOf, type RedisConfig } from '../config.ts'

/** What one node says of the cluster. */
export type View = { nodes: ClusterNode[]; self: ClusterNode }

/** One node: where it is as the cluster announces it, its id, a connection, and its newest view. */
export type Node = { address: string; id: string; client: RedisClient; view: View }

/** Connections to the nodes of a Cluster, with the login of the one that is configured, each reached where `natMap` says. */
export class Nodes {
  readonly #config: RedisConfig
  readonly #entry: RedisClient
  readonly #clients = new Map<string, RedisClient>()

  constructor(config: RedisConfig) {
    this.#config = config
    this.#entry = createRedisClient(config)
  }

  /** What the configured node itself says. */
  entry(signal: AbortSignal): Promise<View> {
    return viewOf(this.#entry, signal)
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
    const view = await viewOf(client, signal)
    const known = (await this.entry(signal)).nodes.find((node) => node.address === address)
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

/** Whether an id is that of the node, or of one that follows it since a fail-over: what was open at it is open at its heir. */
export const isOrFollows = (id: string, { id: own, view }: Pick<Node, 'id' | 'view'>): boolean =>
  id === own || view.nodes.some((node) => node.id === id && node.follows === own)

/** User and password, wherever they are configured. */
export function loginOf(config: RedisConfig): { username?: string; password?: string } {
  const place = placeOf(config.url)
  return { username: config.username ?? place.username, password: config.password ?? place.password }
}
