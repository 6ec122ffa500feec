import { isMap, isScalar, isSeq, stringify } from 'yaml'
import { yamlDocument } from '../format/yaml.ts'
import { EvenkeelError } from '../model/error.ts'

type Key = readonly (string | number)[]

/** A scalar of a YAML or JSON file by its key, as text. No error quotes the file. */
export const yamlValue = (text: string, key: Key, file: string): string => scalarAt(text, key, file).value

/**
 * The text with another value there and not a byte else changed. It keeps the kind that it had: a number stays a number, a text that could be
 * taken for one is quoted.
 */
export function withYamlValue(text: string, key: Key, value: string, file: string): string {
  const { from, to, source, isText } = scalarAt(text, key, file)
  const json = source.startsWith('"')
  const written = isText || !isPlainNumber(value) ? (json ? JSON.stringify(value) : quoted(value, source)) : value
  return text.slice(0, from) + written + text.slice(to)
}

const isPlainNumber = (value: string) => /^(?:0|-?[1-9]\d*)(?:\.\d+)?$/.test(value)
const quoted = (value: string, before: string) => {
  if (before.startsWith("'")) return `'${value.replaceAll("'", "''")}'`
  const written = stringify(value, { lineWidth: 0 }).trimEnd()
  return written.includes('\n') ? JSON.stringify(value) : written
}

type Found = { value: string; from: number; to: number; source: string; isText: boolean }

function scalarAt(text: string, key: Key, file: string): Found {
  const wrong = (why: string) => new EvenkeelError('invalid', `${file}: ${key.join('.')} ${why}`)
  let node: unknown
  try {
    const document = yamlDocument(text)
    if (document.errors.length > 0) throw wrong('cannot be read: the file is no YAML of one document')
    node = document.contents
  } catch (error) {
    throw error instanceof EvenkeelError ? error : wrong('cannot be read: the file is nested too deeply')
  }
  for (const step of key) {
    // A part of the key that is a number is a place in a list, or a key that is written as a number.
    if (isMap(node)) node = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step))?.value
    else if (isSeq(node)) node = /^\d+$/.test(String(step)) ? node.items[Number(step)] : undefined
    else node = undefined
  }
  if (!isScalar(node) || !node.range || node.value === null || typeof node.value === 'object') throw wrong('is no single value there')
  const [from, to] = node.range
  const source = text.slice(from, to)
  if (source.includes('\n')) throw wrong('stands on several lines: write it on one')
  // The whole line is shown in a patch, so that nothing else may stand on it.
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  const rest = text.slice(to).split('\n', 1)[0]!
  if (/[{,]/.test(line) || !/^\s*,?\s*(#.*)?\r?$/.test(rest)) throw wrong('shares its line with other values: give it a line of its own')
  return {
    value: isScalar(node) && typeof node.value === 'string' ? node.value : source,
    from,
    to,
    source,
    isText: typeof node.value === 'string',
  }
}
