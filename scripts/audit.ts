import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { type AuditHead, NO_HASH } from '../lib/model/audit.ts'
import { type AuditBreak, type AuditVerdict, readEntry, verifyChain } from '../lib/store/auditChain.ts'
import { verifyAuditLog } from '../lib/store/auditLog.ts'
import { AUDIT_VERSION } from '../lib/store/schema.ts'
import { Stop } from './boot/say.mjs'
import { readConfig } from './config.ts'

const USAGE = `npm run audit                          (or npm run audit -- verify) checks the audit log in the data folder of ./evenkeel.yaml
npm run audit -- --config FILE         of another configuration
npm run audit -- --data DIR            in this data folder
npm run audit -- --file FILE           in an export or a copy (JSON lines), whole or a part of one
  --anchor NUMBER:HASH ...             these entries, known from a log or an earlier export, must be in it unchanged`

/** `npm run audit`: 0 when the chain of the audit log is whole, 1 when it is broken, with the first entry that is wrong. */
export async function main(args: string[]): Promise<number> {
  const { config, data, file, anchors } = options(args)
  const [where, verdict] = file === undefined ? store(data ?? readConfig(config ?? 'evenkeel.yaml').data, anchors) : exported(file, anchors)
  process.stdout.write(`${sayVerdict(where, verdict, file === undefined)}\n`)
  return verdict.broken ? 1 : 0
}

function sayVerdict(where: string, { entries, first, last, broken }: AuditVerdict, whole: boolean): string {
  if (broken)
    return [
      `${where}: BROKEN at entry ${broken.seq}: ${broken.what}`,
      `  found     ${broken.found}`,
      `  expected  ${broken.expected}`,
      last === null ? '  No entry before it is sound.' : `  Entries ${first} to ${last.seq} before it are sound.`,
    ].join('\n')
  if (last === null) return `${where}: intact, and empty.`
  return [
    `${where}: intact, ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${first} to ${last.seq}.`,
    ...(first === 1 ? [] : [`  It begins with entry ${first}: what came before is not in it.`]),
    ...(whole ? [] : ['  An export cannot tell whether entries after its last are missing.']),
    `  Newest: ${last.seq}:${last.hash}. Keep this elsewhere, and give it back with --anchor: whoever can write the file could make it anew from the start.`,
  ].join('\n')
}

/** Reads only, so it does not matter whether Evenkeel is running. */
function store(folder: string, anchors: AuditHead[]): [string, AuditVerdict] {
  const path = folder.endsWith('.db') ? folder : join(folder, 'evenkeel.db')
  if (!existsSync(path)) throw new Stop(`${path}: there is no such file.\n${USAGE}`, 2)
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(path, { readOnly: true })
    db.exec('PRAGMA busy_timeout = 5000')
    if (!db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").get()) {
      if (Number(db.prepare('PRAGMA user_version').get()!.user_version) < AUDIT_VERSION)
        throw new Stop(`${path}: holds no audit log: it was written by an older Evenkeel, or by another program.`, 2)
      return [path, empty({ seq: 1, what: 'the table of the audit log', found: 'none', expected: 'a table' })]
    }
    return [path, verifyAuditLog(db, anchors)]
  } catch (error) {
    if (error instanceof Stop) throw error
    return [path, empty({ seq: 1, what: 'the file', found: (error as Error).message, expected: 'a database that can be read' })]
  } finally {
    db?.close()
  }
}

const empty = (broken: AuditBreak): AuditVerdict => ({ entries: 0, first: null, last: null, broken })

function exported(path: string, anchors: AuditHead[]): [string, AuditVerdict] {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Stop(`${path}: there is no such file.\n${USAGE}`, 2)
  return [path, verifyChain(entriesOf(path), { whole: false, anchors })]
}

function* entriesOf(path: string) {
  let seq = 1
  for (const line of wholeLines(path)) {
    let value: unknown = line
    try {
      value = JSON.parse(line)
    } catch {
      // Reported below, by its content.
    }
    const entry = readEntry(value, seq)
    seq = entry.seq + 1
    yield entry
  }
}

/** Each line once, without those that a kill has cut: a copy is delivered at least once, and the line after the cut begins with what is left of it. */
function* wholeLines(path: string): Generator<string> {
  const newest = new Set<string>()
  let before: string | null = null
  for (const line of linesOf(path)) {
    if (newest.has(line)) continue
    newest.add(line)
    if (newest.size > REPEATED_MAX) newest.delete(newest.values().next().value!)
    if (before !== null && !(line.startsWith(before) && !before.endsWith('}'))) yield before
    before = line
  }
  if (before !== null) yield before
}

/** So many lines at most are sent once more. */
const REPEATED_MAX = 1_000

/** Line by line: an export may be larger than a text can be. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(1 << 16)
    let rest = Buffer.alloc(0)
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      let bytes = Buffer.concat([rest, chunk.subarray(0, size)])
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
        if (end > 0) yield bytes.subarray(0, end).toString('utf8')
        bytes = bytes.subarray(end + 1)
      }
      rest = bytes
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } finally {
    closeSync(file)
  }
}

function options(args: string[]): { config?: string; data?: string; file?: string; anchors: AuditHead[] } {
  const text = { type: 'string' } as const
  const read = () =>
    parseArgs({
      args: args[0] === 'verify' ? args.slice(1) : args,
      options: { config: text, data: text, file: text, anchor: { ...text, multiple: true } },
    }).values
  let given: ReturnType<typeof read>
  try {
    given = read()
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
  const { anchor = [], ...places } = given
  if (Object.keys(places).length > 1) throw new Stop(`Give one of --config, --data and --file.\n${USAGE}`, 2)
  const anchors = anchor.map((one) => {
    const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(one) ?? []
    if (!seq || !hash || hash === NO_HASH)
      throw new Stop(`--anchor: found ${one}; allowed is NUMBER:HASH, as this command and the log of Evenkeel print it.\n${USAGE}`, 2)
    return { seq: Number(seq), hash }
  })
  return { ...places, anchors }
}
