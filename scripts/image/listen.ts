import { ConfigError } from '../../lib/config/error.ts'
import { readConfigFile, readFile } from '../../lib/config/file.ts'
import { type Listen, readListen } from '../../lib/config/listen.ts'

/** Where the configuration says to listen; one that cannot be used ends the process with 2 and says why. */
export function listenOf(path: string | undefined): Listen {
  try {
    const { file, text } = readConfigFile(path)
    return readListen(text, process.env, { file, readFile })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(error.exitCode)
  }
}
