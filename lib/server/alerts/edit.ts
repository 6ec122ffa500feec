import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import { redactedDiff } from '../../config/edit/diff.ts'
import { type AlertsEdit, EDITED, editedText, shownAlerts } from '../../config/edit/edit.ts'
import { ConfigError } from '../../config/error.ts'
import { readFileAgain } from '../../config/file.ts'
import { channelSchemas } from '../../config/jsonSchema.ts'
import { parseConfig } from '../../config/parse.ts'
import type { AlertsAppliedView, AlertsConfigView, AlertsPreviewView } from '../../model/answers/alertsEdit.ts'
import { EvenkeelError } from '../../model/error.ts'
import { readText, replaceable, replaceFile } from '../../products/replaceFile.ts'
import type { Runtime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

type WithHash = AlertsEdit & { hash: string }
type Edited = { before: string; after: string; config: Config }

const PROBLEMS_MAX = 5
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Receivers and routes of the file as it stands, with what a form needs to edit them. */
export async function alertsConfig({ config }: Runtime): Promise<AlertsConfigView> {
  const fixed = await fixedBecause(config.file)
  // A file that is gone, or cannot be read, is said: the page shows what runs all the same.
  const text = await readText(config.file).catch((error: unknown) => {
    if (fixed === null) throw error
    return ''
  })
  return {
    file: basename(config.file),
    hash: hashOf(text),
    ...(fixed !== null && { fixed }),
    ...shownAlerts(text, schemas()),
    channels: channelSchemas(schemas()),
  }
}

/** The edit as a diff of the file, checked as a start would. Writes nothing. */
export async function previewAlerts(runtime: Runtime, edit: WithHash): Promise<AlertsPreviewView> {
  const { before, after, config } = await edited(runtime, edit)
  return { diff: redactedDiff(basename(config.file), before, after, schemas()), warnings: config.warnings.filter(isOfAlerts) }
}

/** Writes the edit into the file, by compare-and-set on all of it, and goes by it from now on. */
export async function applyAlerts(runtime: Runtime, edit: WithHash): Promise<AlertsAppliedView> {
  const { before, after, config } = await edited(runtime, edit)
  const fixed = await fixedBecause(config.file)
  if (fixed !== null) throw new EvenkeelError('not_allowed', fixed)
  await replaceFile(config.file, { from: before, to: after }, { change: randomBytes(8).toString('hex') })
  const old = runtime.config
  const { receivers, routes, fingerprint } = config
  runtime.dispatch.configure({ receivers, routes })
  const shown = { ...(old.shown as object), ...Object.fromEntries(EDITED.flatMap((key) => partOf(config.shown, key))) }
  const warnings = config.warnings.filter(isOfAlerts)
  runtime.config = { ...old, receivers, routes, shown, warnings: [...old.warnings.filter((one) => !isOfAlerts(one)), ...warnings] }
  const others = new Set(
    [...Object.keys(fingerprint.keys), ...Object.keys(old.fingerprint.keys)].filter((key) => !EDITED.some((own) => own === key)),
  )
  return {
    hash: fingerprint.file,
    warnings,
    restart: [...others].filter((key) => fingerprint.keys[key] !== old.fingerprint.keys[key]).sort(),
  }
}

/** What the file would say after an edit; of receivers and routes alone, all else is as it runs. Throws `drift` where the file is another by now. */
export async function edited({ config: running }: Pick<Runtime, 'config'>, { hash, ...edit }: WithHash): Promise<Edited> {
  const { file } = running
  const before = await readText(file)
  if (hashOf(before) !== hash)
    throw new EvenkeelError('drift', `${basename(file)} was changed by somebody else meanwhile: load it anew and make the edit again`)
  const after = editedText(before, edit, schemas(), secretFolders(file))
  try {
    return { before, after, config: parseConfig(after, process.env, schemas(), { file, readFile: readFileAgain, bound: running.listen }) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problems = error.problems.slice(0, PROBLEMS_MAX).map(({ path, found, allowed }) => `${path}: found ${found}; allowed: ${allowed}`)
    throw new EvenkeelError('invalid', problems.join('\n'))
  }
}

/** Where a file of secrets may be named from the page: else an admin of the page could read any file of the machine. */
const secretFolders = (file: string): string[] => {
  const { CREDENTIALS_DIRECTORY: credentials } = process.env
  return ['/run/secrets/', `${dirname(file)}/secrets/`, 'secrets/', ...(credentials ? [`${credentials.replace(/\/+$/, '')}/`] : [])]
}

async function fixedBecause(file: string): Promise<string | null> {
  if (process.env.EVENKEEL_CONFIG_MADE)
    return 'The configuration was made for this start (the demo, or --target) and would be lost: start on a file of your own.'
  const can = await replaceable(file)
  return can === true ? null : `${can}.`
}

const isOfAlerts = (warning: string): boolean => /^(receivers|routes)\[/.test(warning)
const partOf = (shown: unknown, key: string): [string, unknown][] =>
  Object.hasOwn(shown as object, key) ? [[key, (shown as Record<string, unknown>)[key]]] : []
