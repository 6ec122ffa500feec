import type { Config } from '../lib/config/config.ts'
import { ConfigError } from '../lib/config/error.ts'
import { EvenkeelError } from '../lib/model/error.ts'
import { readConfig as read } from '../lib/server/open.ts'
import { Stop } from './boot/say.mjs'

/** Reads evenkeel.yaml as the server will; an unusable one ends the command with code 2 and says why. */
export function readConfig(path: string): Config {
  try {
    return read(path, process.env)
  } catch (error) {
    throw error instanceof ConfigError ? new Stop(error.message, error.exitCode) : error
  }
}

/** What the data folder refuses, with words for a person, ends the command with them. */
export function asStop(error: unknown): never {
  throw error instanceof EvenkeelError && error.code === 'unavailable' ? new Stop(error.message) : error
}
