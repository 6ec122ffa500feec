import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLSeq } from 'yaml'
import { yamlDocument } from '../../format/yaml.ts'
import { EvenkeelError } from '../../model/error.ts'
import { REDACTED } from '../../model/publicUrl.ts'
import { type Outside, readSource, type Source } from '../document.ts'
import { redact } from '../redact.ts'
import { configSchema, type Schemas } from '../schema.ts'
import { type EditedItem, endOf, flow, isEmpty, isSame, patchList, spliced } from './patch.ts'
import { checkReferences } from './references.ts'

export const EDITED = ['receivers', 'routes'] as const
/** Receivers and routes as they are to be, in the form in which they are shown: what is shown as redacted is kept as it stands. */
export type AlertsEdit = { receivers: EditedItem[]; routes: EditedItem[] }
export type Shown = { receivers: Record<string, unknown>[]; routes: Record<string, unknown>[] }

/** Of what a page can know nothing: the values of variables and files. */
const BLIND: Outside = { env: new Proxy({}, { get: () => '', has: () => true }), readFile: () => '' }

type Read = { source: Source; shown: Shown; written: Shown }

/** The file's receivers and routes as written, every secret redacted. */
export const shownAlerts = (text: string, schemas: Schemas): Shown => read(text, schemas).shown

/** The text of the file with other receivers and routes. Throws `invalid`, which says what cannot be done and holds no secret. */
export function editedText(text: string, edit: AlertsEdit, schemas: Schemas, folders: readonly string[]): string {
  const before = read(text, schemas)
  const wanted = { receivers: edit.receivers.map(restored('receivers')), routes: edit.routes.map(restored('routes')) }
  const after = EDITED.reduce((current, section) => sectionEdited(current, section, edit[section], before.shown[section]), text)
  // Whatever the shape of the file: what does not read as it should is not written.
  const now = readSource(after, BLIND)
  const rest = (source: Source) => Object.entries((source.written ?? {}) as object).filter(([key]) => !isEdited(key))
  const reads =
    now.problems.length === 0 &&
    EDITED.every((section) => isSame((now.written as Record<string, unknown> | null)?.[section] ?? [], wanted[section])) &&
    isSame(rest(now), rest(before.source))
  if (!reads)
    throw new EvenkeelError(
      'invalid',
      'This edit would change other parts of the file, which share its values by anchors: edit the file by hand',
    )
  return after

  function restored(section: keyof Shown) {
    return ({ was, value }: EditedItem, index: number): unknown => {
      const at = `${section}[${index}]`
      if (was !== null && !before.shown[section][was]) throw new EvenkeelError('invalid', `${at}.was: there is no such item in the file`)
      const [shown, written] = was === null ? [undefined, undefined] : [before.shown[section][was], before.written[section][was]]
      if (section === 'receivers') checkReferences(at, shown, value, folders)
      return kept(at, shown, written, value)
    }
  }
}

const isEdited = (key: string): boolean => (EDITED as readonly string[]).includes(key)

function read(text: string, schemas: Schemas): Read {
  const source = readSource(text, BLIND)
  if (source.problems.length > 0)
    throw new EvenkeelError('invalid', `The file is no longer a configuration (line ${source.problems[0]!.line ?? 1}): mend it by hand`)
  const written = (source.written ?? {}) as Record<string, unknown>
  const shown = redact([configSchema(schemas)], written) as Record<string, unknown>
  const lists = (from: Record<string, unknown>): Shown => {
    const [receivers, routes] = EDITED.map((section) => from[section] ?? [])
    if (![receivers, routes].every((list) => Array.isArray(list) && list.every((item) => item !== null && typeof item === 'object')))
      throw new EvenkeelError('invalid', 'receivers and routes of the file are no lists: mend it by hand')
    return { receivers, routes } as Shown
  }
  return { source, shown: lists(shown), written: lists(written) }
}

/** What stands in the file where the page still shows it, else what the page says. */
function kept(at: string, shown: unknown, written: unknown, value: unknown): unknown {
  if (shown !== undefined && isSame(shown, value)) return written
  if (typeof value === 'string' && value.includes(REDACTED))
    throw new EvenkeelError('invalid', `${at}: there is no such secret to be kept: type it`)
  if (value === null || typeof value !== 'object') return value
  const below = (from: unknown, key: string | number) =>
    from !== null && typeof from === 'object' && Object.hasOwn(from, key) ? (from as Record<string | number, unknown>)[key] : undefined
  if (Array.isArray(value)) return value.map((item, index) => kept(`${at}[${index}]`, below(shown, index), below(written, index), item))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, kept(`${at}.${key}`, below(shown, key), below(written, key), inner)]),
  )
}

function sectionEdited(text: string, section: keyof Shown, items: readonly EditedItem[], shown: readonly unknown[]): string {
  if (items.length === shown.length && items.every(({ was, value }, index) => was === index && isSame(value, shown[index]))) return text
  const root = yamlDocument(text).contents as Node | null
  const fresh = `${section}:\n${items.map(({ value }) => `  - ${flow(value)}\n`).join('')}`
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  if (!isMap(root)) return ended + fresh
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === section) as Pair<Node, Node | null> | undefined
  if (pair?.value && isSeq(pair.value) && pair.value.items.length > 0)
    return spliced(text, 0, text.length, patchList(text, pair.value as YAMLSeq<Node>, shown, items))
  const list = flow(items.map(({ value }) => value))
  if (!pair && !root.flow) return ended + fresh
  if (!pair) {
    const last = root.items.at(-1)
    const at = last ? endOf((last.value ?? last.key) as Node) : endOf(root) - 1
    return spliced(text, 0, text.length, [{ from: at, to: at, text: `${last ? ', ' : ''}${section}: ${list}` }])
  }
  const from = pair.key.range![0]
  const to = pair.value && !isEmpty(pair.value) ? endOf(pair.value) : pair.key.range![1] + 1
  return spliced(text, 0, text.length, [{ from, to, text: root.flow ? `${section}: ${list}` : fresh.trimEnd() }])
}
