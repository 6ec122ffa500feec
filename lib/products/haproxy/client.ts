import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { exchange, type SocketAddress } from '../exchange.ts'
import { getText } from '../http.ts'
import { type HaproxyConfig, socketOf } from './config.ts'
import { type ConfigFile, parseConfigFiles } from './configFile.ts'

/** What HAProxy says when a command is not there, or not for this socket. */
const NO_COMMAND = /^Unknown command/
const NO_RIGHT = /^Permission denied/

/** Sends one command to the admin socket and reads the answer, after which HAProxy closes. A command is one line: names come checked. */
export async function ask(socket: SocketAddress, command: string, signal: AbortSignal): Promise<string> {
  if (/[\n\r;]/.test(command)) throw new EvenkeelError('bad_request', 'a command is one line without `;`')
  const answer = await exchange(socket, `${command}\n`, signal)
  if (NO_COMMAND.test(answer)) throw new EvenkeelError('not_allowed', `this HAProxy does not know \`${command.split(' ', 2).join(' ')}\``)
  if (NO_RIGHT.test(answer)) throw new EvenkeelError('not_allowed', 'the socket is not of `level admin` in haproxy.cfg')
  return answer
}

/** The statistics as CSV: backends and servers from the socket, all rows from the page. */
export function readStat(config: HaproxyConfig, signal: AbortSignal): Promise<string> {
  const socket = socketOf(config)
  // -1: every proxy; 2 + 4: backends and servers; -1: every server.
  if (socket) return ask(socket, 'show stat -1 6 -1', signal)
  return getText(csvPage(config.stats!), signal)
}

/** The rows of frontends alone (type 1), as CSV. */
export const readFrontends = (socket: SocketAddress, signal: AbortSignal): Promise<string> => ask(socket, 'show stat -1 1 -1', signal)

/** A query is part of the path where `stats uri` has one (`/haproxy?stats`, HAProxy's own default); what follows a `;` asks for a form. */
function csvPage(stats: string): string {
  const url = new URL(stats)
  url.hash = ''
  // Parsed, a `;` of the password is `%3B`.
  return `${url.href.split(';', 1)[0]};csv`
}

// A configuration of thousands of servers is below 1 MB.
const FILE_MAX_BYTES = 8 * 1024 * 1024

/**
 * Reads haproxy.cfg, or a folder's files as `haproxy -f FOLDER` does, when they have changed since `known`; the same object when they have not.
 */
export async function readConfigFile(path: string, known: ConfigFileRead | null): Promise<ConfigFileRead> {
  try {
    const files = (await stat(path)).isDirectory() ? await filesIn(path) : [path]
    const stats = await Promise.all(files.map((file) => stat(file)))
    const stamp = files.map((file, i) => `${file} ${stats[i]!.mtimeMs} ${stats[i]!.size}`).join('\n')
    if (known?.stamp === stamp) return known
    if (stats.reduce((sum, { size }) => sum + size, 0) > FILE_MAX_BYTES) throw malformed('haproxy.cfg is larger than 8 MiB', '')
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    return { stamp, ...parseConfigFiles(files.map((file, i) => ({ file, text: texts[i]! }))) }
  } catch (error) {
    if (error instanceof EvenkeelError) throw error
    throw new EvenkeelError('unreachable', `haproxy.cfg cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`)
  }
}

/** What `-f FOLDER` takes, in its order: every `*.cfg` but hidden ones (HAProxy's management guide, section 3). */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

export type ConfigFileRead = ConfigFile & { stamp: string }
