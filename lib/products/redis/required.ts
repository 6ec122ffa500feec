import { EvenkeelError } from '../../model/error.ts'
import type { Capability } from '../../model/topology.ts'
import { prerequisite } from '../prerequisites.ts'
import { withRedis, writerOf } from './client.ts'
import type { RedisConfig } from './config.ts'

const MS = 1_000

/** Whether the user that writes gets in, and may set parameters: asked by ACL DRYRUN, which sets nothing. Nothing of a group, whose servers are asked each. */
export async function prerequisites(config: RedisConfig): Promise<Capability[]> {
  if (config.url === '') return []
  const signal = AbortSignal.timeout(MS)
  const who = config.write ? 'the user of `write`' : 'the same user'
  try {
    return await withRedis(writerOf(config), async (client) => {
      const user = await client.call(['ACL', 'WHOAMI'], signal).catch(unlessRefused)
      const name = typeof user === 'string' ? user : null
      const signedIn = prerequisite(`writes as ${name === null ? who : JSON.stringify(name)}`, true)
      const dry =
        name === null ? null : await client.call(['ACL', 'DRYRUN', name, 'CONFIG', 'SET', 'maxmemory', '0'], signal).catch(unlessRefused)
      const allowed =
        dry === 'OK'
          ? true
          : typeof dry === 'string'
            ? dry
            : 'not known: it may not ask ACL WHOAMI and ACL DRYRUN, or the server knows none'
      return [signedIn, prerequisite('CONFIG SET', allowed)]
    })
  } catch (error) {
    return [prerequisite(`writes as ${who}`, (error as Error).message)]
  }
}

/** A server that answers, and does not say. */
function unlessRefused(error: unknown): null {
  if (error instanceof EvenkeelError && error.code !== 'not_allowed') throw error
  return null
}
