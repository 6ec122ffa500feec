import { type Document, isCollection, isScalar, type LineCounter, parseDocument, visit, YAMLParseError } from 'yaml'

/**
 * A YAML document with its errors, in time proportional to its length. The library compares each key of a mapping with all others, and takes
 * long to write down keys that are mappings themselves: repeated keys are found here, and such keys are errors. Throws where it nests too deeply.
 */
export function yamlDocument(text: string, lineCounter?: LineCounter): Document.Parsed {
  const options = { uniqueKeys: false, prettyErrors: false, logLevel: 'error' as const }
  const document = parseDocument(text, lineCounter ? { ...options, lineCounter } : options)
  if (document.errors.length > 0) return document
  visit(document, {
    Map(_, map) {
      const known = new Set<unknown>()
      for (const { key } of map.items) {
        const [from, , to] = (isScalar(key) || isCollection(key)) && key.range ? key.range : [0, 0, 0]
        const wrong = (code: 'DUPLICATE_KEY' | 'KEY_OVER_1024_CHARS', message: string) =>
          document.errors.push(new YAMLParseError([from, to], code, message))
        if (isCollection(key)) wrong('KEY_OVER_1024_CHARS', 'a key that is a list or a mapping')
        else if (isScalar(key) && known.size === known.add(key.value).size) wrong('DUPLICATE_KEY', 'Map keys must be unique')
      }
    },
  })
  return document
}
