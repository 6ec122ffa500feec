import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from './error.ts'

/** Nobody writes a larger configuration, or a larger secret. */
const FILE_MAX_BYTES = 4 * 1024 * 1024

/** The text of a configuration file or of one that it names. Throws an error whose message says why it cannot be read and holds none of its content. */
export function readFile(path: string): string {
  const bytes = bytesOf(path)
  // What is no UTF-8 would become another password.
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Error('its bytes are no UTF-8')
  return text.replace(/^\ufeff/, '')
}

/**
 * The same while the process serves: a pipe is refused, because to read one waits for whoever writes it, and holds up the only thread. At a start,
 * where `--config <(…)` is one, that is fine.
 */
export function readFileAgain(path: string): string {
  const found = statSync(path)
  if (!found.isFile() && !found.isDirectory()) throw new Error('it is no regular file, and so cannot be read again')
  return readFile(path)
}

/** In parts: a device has no size, and no end. */
function bytesOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let size = 0; size <= FILE_MAX_BYTES; ) {
      const chunk = Buffer.alloc(65_536)
      const count = readSync(file, chunk)
      if (count === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, count))
      size += count
    }
    throw new Error(`it is larger than ${FILE_MAX_BYTES / 1024 / 1024} MiB`)
  } finally {
    closeSync(file)
  }
}

/** The configuration file that EVENKEEL_CONFIG or `--config` names, by its absolute path. Throws `ConfigError`. */
export function readConfigFile(path: string | undefined, read = readFile): { file: string; text: string } {
  if (!path) throw new ConfigError('EVENKEEL_CONFIG', [{ path: '', found: 'nothing', allowed: 'the path of an evenkeel.yaml' }])
  const file = resolve(path)
  try {
    return { file, text: read(file) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const found = code === 'EISDIR' ? 'a folder' : `a file that cannot be read (${code ?? message})`
    // Docker makes a folder of a mount whose source is not there.
    const allowed = code === 'EISDIR' ? 'a YAML file; in a container, a mounted file that exists on the host' : 'a readable YAML file'
    throw new ConfigError(file, [{ path: '', found, allowed }])
  }
}
