import { malformed } from '../../model/error.ts'
import { shown } from '../answers.ts'
import type { RedisLink } from './link.ts'

/** The next slice of a walk through the names of keys: about `most` of them, fewer where they take long, and the cursor of the slice after it. */
export async function scan(
  { client, slices }: Pick<RedisLink, 'client' | 'slices'>,
  from: string,
  most: number,
  signal: AbortSignal,
): Promise<{ cursor: string; found: Buffer[] }> {
  const count = Math.min(most, slices.names)
  slices.took(count)
  const answer = await client.callBytes(['SCAN', from, 'COUNT', count], signal)
  const [cursor, found] = Array.isArray(answer) ? answer : []
  if (!Buffer.isBuffer(cursor) || !/^\d{1,20}$/.test(cursor.toString()) || !Array.isArray(found) || !found.every(Buffer.isBuffer))
    throw malformed('SCAN is to answer [cursor, [keys]]', shown(answer))
  return { cursor: cursor.toString(), found: found as Buffer[] }
}
