import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { Stop } from './boot/say.mjs'

/** Host and port that a configuration listens on; everything else in it is the server's to judge. */
export function listenOf(path: string): { host: string; port: number } {
  const config: unknown = parseOrStop(path)
  const found = config && typeof config === 'object' && 'listen' in config ? config.listen : undefined
  const text = String(found ?? '127.0.0.1:3000').replaceAll(/\$\{(\w+)\}/g, (_, name) => process.env[name] ?? '')
  const match = /^(?:\[(?<six>[0-9a-fA-F:]+)\]|(?<host>[^:\s]*)):(?<port>\d{1,5})$/.exec(text)
  const port = Number(match?.groups?.port)
  if (!match || port > 65_535)
    throw new Stop(`${path}: listen: found ${JSON.stringify(text)}; allowed is HOST:PORT, for example 127.0.0.1:3000.`, 2)
  return { host: match.groups?.six ?? (match.groups?.host || '0.0.0.0'), port }
}

function parseOrStop(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Stop(`${path}: ${(error as Error).message}`, 2)
  }
}
