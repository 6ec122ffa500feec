import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, stringify, type YAMLMap, type YAMLSeq } from 'yaml'

/** A replacement of a span of the source. */
export type Splice = { from: number; to: number; text: string }

/** An item of a list: what it is to be, and the place of the one that it was made from. */
export type EditedItem = { was: number | null; value: unknown }

/**
 * A patch of YAML source: the splices that turn what a node says (`now`, as it is shown) into `wanted`. Only what differs is written, so that comments, order, quotes
 * and alignment of all else stay as their author left them.
 */
function patch(text: string, node: Node, now: unknown, wanted: unknown): Splice[] {
  if (isSame(now, wanted)) return []
  if (isMap(node) && isRecord(now) && isRecord(wanted) && node.items.length > 0 && Object.keys(wanted).length > 0)
    return patchMap(text, node as YAMLMap<Node, Node | null>, now, wanted)
  if (isSeq(node) && Array.isArray(now) && Array.isArray(wanted)) return patchList(text, node as YAMLSeq<Node>, now, matched(now, wanted))
  return [{ from: startOf(text, node), to: endOf(node), text: flow(wanted) }]
}

/** The same for a list whose items know which they were. */
export function patchList(text: string, seq: YAMLSeq<Node>, now: readonly unknown[], items: readonly EditedItem[]): Splice[] {
  const inPlace = items.length === now.length && items.every(({ was }, index) => was === index)
  if (inPlace) return items.flatMap(({ value }, index) => patch(text, seq.items[index]!, now[index], value))
  if (items.length === 0 || seq.items.length === 0) {
    const whole = items.length === 0 ? '[]' : flow(items.map(({ value }) => value))
    return [{ from: startOf(text, seq), to: endOf(seq), text: whole }]
  }
  const own = ({ was, value }: EditedItem, from: number, to: number) =>
    spliced(text, from, to, patch(text, seq.items[was!]!, now[was!], value))
  if (seq.flow) {
    const slots = seq.items.map((item) => ({ from: startOf(text, item), to: endOf(item) }))
    const texts = items.map((item) => (item.was === null ? flow(item.value) : own(item, slots[item.was]!.from, slots[item.was]!.to)))
    const splices = slots.slice(0, texts.length).map((slot, index) => ({ ...slot, text: texts[index]! }))
    const last = splices.at(-1)!
    last.text += texts.slice(slots.length).map((one) => `, ${one}`).join('') // biome-ignore format: one line
    return texts.length < slots.length ? [...splices, { from: last.to, to: slots.at(-1)!.to, text: '' }] : splices
  }
  const chunks = seq.items.map((item) => chunkOf(text, item))
  const indent = /^[^\S\n]*/.exec(text.slice(chunks[0]!.from))![0]
  const isFlow = seq.items.every((item) => isMap(item) && item.flow)
  // Blank lines and comments between the items keep their places.
  const gaps = chunks.map(({ lead }, index) => (index === 0 ? '' : text.slice(chunks[index - 1]!.to, lead)))
  const lines = items.map((item, place) => {
    const gap = gaps[place] ?? ''
    if (item.was === null) return `${gap}${indent}- ${isFlow ? flow(item.value) : block(item.value, `${indent}  `)}\n`
    const chunk = chunks[item.was]!
    return gap + withBreak(own(item, chunk.lead, chunk.to))
  })
  const left = gaps.slice(items.length).filter((gap) => gap.includes('#'))
  return [{ from: chunks[0]!.lead, to: chunks.at(-1)!.to, text: [...lines, ...left].join('') }]
}

function patchMap(text: string, map: YAMLMap<Node, Node | null>, now: Record<string, unknown>, wanted: Record<string, unknown>): Splice[] {
  const pairs = map.items
  const keyOf = (pair: Pair<Node, Node | null>) => String(isScalar(pair.key) ? pair.key.value : '')
  const stays = pairs.filter((pair) => Object.hasOwn(wanted, keyOf(pair)))
  const added = Object.keys(wanted).filter((key) => !Object.hasOwn(now, key))
  // Nothing that could be kept: the whole of it is another.
  if (stays.length === 0) return [{ from: startOf(text, map), to: endOf(map), text: flow(wanted) }]
  const splices: Splice[] = []
  for (const [index, pair] of pairs.entries()) {
    const key = keyOf(pair)
    const [from, to] = [pair.key.range![0], pairEnd(pair)]
    if (Object.hasOwn(wanted, key)) {
      if (pair.value && !isEmpty(pair.value)) splices.push(...patch(text, pair.value, now[key], wanted[key]))
      else if (!isSame(now[key], wanted[key])) splices.push({ from, to, text: `${key}: ${flow(wanted[key])}` })
      continue
    }
    const next = pairs[index + 1]
    // What stands before it goes on standing before what follows: the dash of a list, a brace.
    if (pairs.slice(0, index).every((one) => !Object.hasOwn(wanted, keyOf(one)))) splices.push({ from, to: next!.key.range![0], text: '' })
    else if (map.flow) splices.push({ from: pairEnd(pairs[index - 1]!), to, text: '' })
    else splices.push({ from: lineEnd(text, pairEnd(pairs[index - 1]!)), to: lineEnd(text, to), text: '' })
  }
  const entries = added.map((key) => `${flow(key)}: ${flow(wanted[key])}`)
  if (entries.length > 0) {
    const at = pairEnd(pairs.at(-1)!)
    const indent = ' '.repeat(columnOf(text, pairs[0]!.key.range![0]))
    const end = map.flow ? at : lineEnd(text, at)
    const broken = end > 0 && text[end - 1] === '\n'
    splices.push({ from: end, to: end, text: map.flow ? entries.map((entry) => `, ${entry}`).join('') : entries.map((entry) => (broken ? `${indent}${entry}\n` : `\n${indent}${entry}`)).join('') }) // biome-ignore format: one line
  }
  return splices
}

/** Which item of the list each wanted one is: the same value, once. */
function matched(now: readonly unknown[], wanted: readonly unknown[]): EditedItem[] {
  const free = new Set(now.keys())
  return wanted.map((value, place) => {
    const was = [place, ...free].find((index) => free.has(index) && isSame(now[index], value)) ?? null
    if (was !== null) free.delete(was)
    return { was, value }
  })
}

/** The source with splices done, from one place to another. */
export function spliced(text: string, from: number, to: number, splices: readonly Splice[]): string {
  let at = from
  let done = ''
  for (const splice of splices.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    done += text.slice(at, splice.from) + splice.text
    at = Math.max(at, splice.to)
  }
  return done + text.slice(at, to)
}

/** A value on one line, as it may stand within brackets. */
export const flow = (value: unknown): string =>
  stringify([value], { collectionStyle: 'flow', lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd().slice(2, -2)

/** A mapping with a line for each key. */
function block(value: unknown, indent: string): string {
  if (!isRecord(value) || Object.keys(value).length === 0) return flow(value)
  return Object.entries(value).map(([key, inner]) => `${flow(key)}: ${flow(inner)}`).join(`\n${indent}`) // biome-ignore format: one line
}

/** An item of a block list with its lines; `lead`: the comments right above it belong to it. */
function chunkOf(text: string, item: Node): { lead: number; from: number; to: number } {
  let from = lineStart(text, startOf(text, item))
  while (from > 0 && !/^[^\S\n]*-(\s|$)/.test(text.slice(from, from + 200))) from = lineStart(text, from - 1)
  let lead = from
  while (lead > 0 && /^[^\S\n]*#/.test(text.slice(lineStart(text, lead - 1), lead))) lead = lineStart(text, lead - 1)
  return { lead, from, to: lineEnd(text, endOf(item)) }
}

/** Where a node begins, its anchor included. */
function startOf(text: string, node: Node): number {
  const [from] = node.range!
  const anchor = isAlias(node) ? undefined : node.anchor
  if (anchor === undefined) return from
  const at = text.lastIndexOf(`&${anchor}`, from)
  return at < 0 ? from : at
}

/** Where a node ends, without comments and blank lines after it. */
export function endOf(node: Node): number {
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0)
    return isMap(node) ? pairEnd(node.items.at(-1) as Pair<Node, Node | null>) : endOf(node.items.at(-1) as Node)
  return node.range![1]
}

const pairEnd = (pair: Pair<Node, Node | null>): number => (pair.value && !isEmpty(pair.value) ? endOf(pair.value) : pair.key.range![1] + 1)
/** `key:` with nothing after it. */
export const isEmpty = (node: Node): boolean => isScalar(node) && node.range![0] === node.range![1]

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
/** The place after the break of a line; of one that ends at a break itself, that of the line before. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}
const columnOf = (text: string, at: number): number => at - lineStart(text, at)
const withBreak = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Equal as data; the order of keys says nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  }
  return a === b
}
