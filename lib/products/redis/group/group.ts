import { EvenkeelError } from '../../../model/error.ts'
import type { Probe, Product } from '../../../model/product.ts'
import { printable, rawRecord } from '../../answers.ts'
import { createRedisClient, type RedisClient } from '../client.ts'
import { placeOf, type RedisConfig, redisAddress, redisConfig } from '../config.ts'
import { unavailableBecause } from '../errors.ts'
import { askCluster, clusterSamples } from './cluster.ts'
import type { Members } from './members.ts'
import { askSentinel, sentinelSamples } from './sentinel.ts'

/** Several servers under one name in the configuration: a Redis Cluster, or what Sentinels watch over. */
export type GroupLink = { config: RedisConfig; entries: RedisClient[] }

export const isGroup = ({ cluster, sentinel }: RedisConfig) => cluster !== undefined || sentinel !== undefined

/** The URLs that are asked who belongs to it. */
const entryUrls = ({ cluster, sentinel }: RedisConfig): string[] => cluster ?? sentinel?.nodes.map((node) => `redis://${node}`) ?? []

/** Asks one after the other, from the one that answered last, until one answers. */
async function members(link: GroupLink, signal: AbortSignal): Promise<Members> {
  const { sentinel } = link.config
  let last: unknown = new EvenkeelError('unreachable', 'nothing to ask')
  for (const socket of [...link.entries]) {
    if (signal.aborted) break
    // Each has its part of the time, so that one that hangs does not use up all of it.
    const turn = AbortSignal.any([signal, AbortSignal.timeout(TURN_MS)])
    try {
      const found = sentinel ? await askSentinel(socket, sentinel.master, turn) : await askCluster(socket, turn)
      link.entries = [socket, ...link.entries.filter((other) => other !== socket)]
      return found
    } catch (error) {
      last = error
    }
  }
  throw last
}

const TURN_MS = 400

const shape: Probe<GroupLink, Members & { of: 'cluster' | 'sentinel' }> = {
  id: 'members',
  feature: 'members',
  everyMs: 5_000,
  timeoutMs: 2_000,
  cost: 'about 30 µs of one server’s CPU each 5 s',
  vital: true,
  async read(link, _cursor, signal) {
    return { ...(await members(link, signal)), of: link.config.sentinel ? 'sentinel' : 'cluster' }
  },
  parse: ({ answer, of, unwatched = [] }, { at }) => ({
    samples: of === 'sentinel' ? sentinelSamples(answer) : clusterSamples(answer),
    records: [rawRecord('members', at, answer)],
    topology: {
      capabilities: [
        {
          feature: 'members',
          available: true,
          ...(unwatched.length > 0 && {
            because: printable(`${unwatched.length} of the nodes that it names are not watched: ${unwatched.slice(0, 5).join('; ')}`),
          }),
        },
        {
          feature: 'settings',
          available: false,
          because: 'its servers are targets of their own: settings are read and set on each',
        },
      ],
    },
  }),
}

/** A configuration for each member: reached where `natMap` says, with the same login. */
function memberConfigs(config: RedisConfig, addresses: readonly string[]): RedisConfig[] {
  const { cluster, sentinel, natMap = {}, regions = {}, ...rest } = config
  const place = cluster ? placeOf(cluster[0]!) : null
  const [username, password] = [config.username ?? place?.username, config.password ?? place?.password]
  return addresses.map((address) => ({
    ...rest,
    name: `${config.name}:${address}`,
    ...(Object.hasOwn(regions, address) && { labels: { ...config.labels, region: regions[address]! } }),
    // Slots move between its nodes, each of which is reached from here as the map says.
    ...(cluster && config.natMap && { natMap }),
    url: `${place?.tls || config.tls ? 'rediss' : 'redis'}://${natMap[address] ?? address}`,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }))
}

/** A Redis Cluster or a master that Sentinels watch: finds the servers, each of which is then a target of its own. */
export const redisGroup: Product<RedisConfig, GroupLink> = {
  kind: 'redis',
  title: 'Redis',
  config: redisConfig,
  open: (config) => ({
    config,
    entries: entryUrls(config).map((url) =>
      createRedisClient({
        url,
        ca: config.ca,
        cert: config.cert,
        key: config.key,
        ...(config.sentinel ? config.sentinel : { username: config.username, password: config.password }),
      }),
    ),
  }),
  close: async (link) => void (await Promise.all(link.entries.map((socket) => socket.close()))),
  discover: async (link, signal) => memberConfigs(link.config, (await members(link, signal)).addresses),
  probes: [shape],
  unavailable: unavailableBecause,
  address: (config) =>
    entryUrls(config)
      .map((url) => redisAddress({ url }))
      .join(', '),
  rights:
    'a Cluster: +cluster|info +cluster|nodes; a Sentinel: +sentinel|master +sentinel|slaves; and on each server what one server needs',
}
