import { ask } from '../servers.ts'

/** `CLUSTER KEYSLOT` of each key, asked of the server on this port. */
export async function keySlots(port: number, keys: readonly string[]): Promise<number[]> {
  const commands = keys.map((key) => `*3\r\n$7\r\nCLUSTER\r\n$7\r\nKEYSLOT\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n`).join('')
  const answer = await ask(port, commands, (text) => text.split('\r\n').length - 1 === keys.length)
  return answer
    .trim()
    .split('\r\n')
    .map((line) => Number(line.slice(1)))
}

/** Tags, empty tags, nested braces. */
export const TAGGED = ['foo{}{bar}', 'foo{{bar}}zap', '{}', '}{', 'a{b', 'foo{bar}{zap}']
