import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, freePort, startDaemon } from './daemon.ts'
import { ask, type RedisServer, redisSay, startRedis } from './servers.ts'

const SLOTS = 16_384

/** A Redis Cluster of masters that share the slots, each with this many of them. Resolves when it takes keys. */
export async function startCluster(slots: readonly number[], config: string[] = []): Promise<RedisServer[] & AsyncDisposable> {
  const nodes: RedisServer[] = []
  const all = Object.assign(nodes, {
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  })
  try {
    let from = 0
    for (const [i, count] of slots.entries()) {
      // The bus would be at the port plus 10 000, which need not be a port.
      const bus = await freePort()
      const node = await startRedis({ config: ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 2000', ...config] })
      nodes.push(node)
      await redisSay(node, `CLUSTER SET-CONFIG-EPOCH ${i + 1}`, `CLUSTER ADDSLOTSRANGE ${from} ${from + count - 1}`)
      if (i > 0) await redisSay(nodes[0]!, `CLUSTER MEET 127.0.0.1 ${node.about.port} ${bus}`)
      from += count
    }
    for (const until = Date.now() + 20_000; ; await sleep(50)) {
      const answers = await Promise.all(nodes.map((node) => redisSay(node, 'CLUSTER INFO')))
      if (answers.every((text) => text.includes('cluster_state:ok') && text.includes(`cluster_slots_ok:${SLOTS}`))) return all
      if (Date.now() > until) throw new Error(`the cluster did not form: ${answers[0]}`)
    }
  } catch (error) {
    await all[Symbol.asyncDispose]()
    throw error
  }
}

/** One replica for each of these masters of a Cluster. Resolves when each is in step. */
export async function startReplicas(masters: readonly RedisServer[]): Promise<RedisServer[] & AsyncDisposable> {
  const replicas: RedisServer[] = []
  const all = Object.assign(replicas, {
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()))
    },
  })
  const until = Date.now() + 30_000
  const say = async (server: RedisServer, command: string, ends: (answer: string) => boolean) => {
    for (;;) {
      const answer = await redisSay(server, command)
      if (ends(answer)) return answer
      if (Date.now() > until) throw new Error(`${command}: ${answer.slice(0, 200)}`)
      await sleep(50)
    }
  }
  try {
    for (const master of masters) {
      const bus = await freePort()
      const replica = await startRedis({ config: ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 2000'] })
      replicas.push(replica)
      await redisSay(masters[0]!, `CLUSTER MEET 127.0.0.1 ${replica.about.port} ${bus}`)
      const id = /[0-9a-f]{40}/.exec(await redisSay(master, 'CLUSTER MYID'))![0]
      await say(replica, 'CLUSTER NODES', (nodes) => nodes.includes(id))
      await say(replica, `CLUSTER REPLICATE ${id}`, (answer) => answer.includes('+OK'))
    }
    for (const replica of replicas) await say(replica, 'INFO replication', (info) => info.includes('master_link_status:up'))
    for (const node of [...masters, ...replicas])
      await say(
        node,
        'CLUSTER INFO',
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${2 * masters.length}`),
      )
    return all
  } catch (error) {
    await all[Symbol.asyncDispose]()
    throw error
  }
}

/** A Sentinel that watches this master as `mymaster`. */
export function startSentinel(master: RedisServer): Promise<Daemon & { about: { port: number } }> {
  return startDaemon('redis-server', async (dir) => {
    const port = await freePort()
    const { password } = master.about
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor mymaster 127.0.0.1 ${master.about.port} 1`,
      'sentinel down-after-milliseconds mymaster 1000',
      ...(password ? [`sentinel auth-pass mymaster ${password}`] : []),
    ]
    await writeFile(join(dir, 'sentinel.conf'), lines.join('\n'))
    return {
      args: [join(dir, 'sentinel.conf'), '--sentinel'],
      about: { port },
      isOurs: async (pid) => {
        const info = await ask(port, 'INFO server\r\n', (text) => text.includes('process_id'))
        return Number(/process_id:(\d+)/.exec(info)?.[1]) === pid
      },
    }
  })
}
