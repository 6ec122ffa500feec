import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SHARED_KEY, sessionSecret, writePrivate } from '../lib/auth/secret.ts'
import { EvenkeelError } from '../lib/model/error.ts'
import { SHARED_KEYS } from '../lib/server/browsers/browsers.ts'
import { createDatabase } from '../lib/store/postgres/connection.ts'
import { unusableState } from '../lib/store/postgres/failure.ts'
import { type Moved, moveToDatabase, moveToFolder } from '../lib/store/postgres/move.ts'
import { Stop } from './boot/say.mjs'
import { readConfig } from './config.ts'

const USAGE = `npm run move -- --to postgres://USER:PASSWORD@HOST/DATABASE    copies the state in the data folder of ./evenkeel.yaml into an empty database
npm run move -- --to DIR                                       copies the state in its database back into an empty folder
  --from DIR | postgres://...                                  another place than the one in the configuration
  --config FILE                                                another configuration`

/** A page of rows takes longer than a statement of a running Evenkeel may. */
const DEADLINE_MS = 60_000
const isDatabase = (place: string) => /^postgres(ql)?:\/\//.test(place)

/** `npm run move`: the state of a stopped Evenkeel from its data folder into PostgreSQL, or back. */
export async function main(args: string[]): Promise<number> {
  const { to, from: given, config: file = 'evenkeel.yaml' } = options(args)
  const config = given === undefined ? readConfig(file) : null
  const from = given ?? (isDatabase(to) ? config!.data : config!.state)
  if (from === undefined) throw new Stop(`${file} names no database in \`state\`: say --from postgres://...\n${USAGE}`, 2)
  if (isDatabase(from) === isDatabase(to)) throw new Stop(`One of --from and --to is a database, the other a folder.\n${USAGE}`, 2)
  const database = createDatabase({ url: isDatabase(to) ? to : from, replica: 'move', deadlineMs: DEADLINE_MS })
  try {
    if (isDatabase(to)) say(await moveToDatabase(resolve(from), database, keysOf(resolve(from))), database.name)
    else {
      const { keys, ...moved } = await moveToFolder(database, resolve(to), [SHARED_KEY, SHARED_KEYS])
      if (typeof keys[SHARED_KEY] === 'string') writePrivate(join(resolve(to), 'session.key'), keys[SHARED_KEY])
      if (keys[SHARED_KEYS]) writePrivate(join(resolve(to), 'webpush.key'), JSON.stringify(keys[SHARED_KEYS]))
      say(moved, resolve(to))
    }
    return 0
  } catch (error) {
    if (error instanceof EvenkeelError) throw new Stop(error.message, 2)
    // What the driver or the server says; anything else is ours.
    if (!(error instanceof Error && 'code' in error) || /^ERR_(?!TLS)/.test(String(error.code))) throw error
    throw new Stop(unusableState(error, database.name).message, 2)
  } finally {
    await database.close()
  }
}

/** What the data folder has in files of their own. */
function keysOf(folder: string): Record<string, unknown> {
  const webpush = join(folder, 'webpush.key')
  return { [SHARED_KEY]: sessionSecret(folder), ...(existsSync(webpush) && { [SHARED_KEYS]: JSON.parse(readFileSync(webpush, 'utf8')) }) }
}

function say({ documents, small, undo, audit }: Moved, where: string): void {
  process.stdout.write(
    `Moved to ${where}: ${documents} documents, ${small} small things, ${undo} batches of undo, ${audit} entries of the audit log, whose chain is intact.
Samples are not moved: they are in evenkeel.db of the data folder, which goes on being used for them. What was copied from stays as it is.\n`,
  )
}

function options(args: string[]): { to: string; from?: string; config?: string } {
  const text = { type: 'string' } as const
  try {
    const { to, ...rest } = parseArgs({ args, options: { to: text, from: text, config: text } }).values
    if (to !== undefined && !(rest.from !== undefined && rest.config !== undefined)) return { to, ...rest }
    throw new Error(to === undefined ? '--to is missing.' : 'Give one of --from and --config.')
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}
