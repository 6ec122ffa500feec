import type { Edit } from './product.ts'

/** The languages in which operators keep settings. `file` is a piece of the server's own configuration, `patch` a unified diff of a file in a git checkout. */
export const CODE_FORMS = ['ansible', 'terraform', 'helm', 'kubectl', 'aws', 'gcloud', 'az', 'shell', 'file', 'patch', 'evenkeel'] as const
export type CodeForm = (typeof CODE_FORMS)[number]

/** A change as infrastructure code: a text that does the same as the change, to be copied into a repository or a terminal. */
export type Snippet = {
  form: CodeForm
  /** What it is, and where it belongs: "Ansible: redis.conf and the running server". */
  title: string
  language: 'yaml' | 'hcl' | 'shell' | 'diff' | 'json' | 'text'
  text: string
  /** What it does not know or do: "`hosts` is a group of your inventory". */
  notes: string[]
}

/**
 * The settings of one kind of target as the text of its configuration file. Pure. What `write` does not change stays byte for byte, and what
 * it writes, `read` reads back.
 */
export interface FileEditor {
  /** The values of those of these settings that stand in the text. Throws `malformed` for a text that is no such file. */
  read(text: string, names: readonly string[], file: string): Record<string, string>
  /** The text with the new values. Throws `not_found` for a setting that is not in it, `invalid` for a value that the file cannot hold. */
  write(text: string, edits: readonly Edit[], file: string): string
}

/**
 * Writes changes of one kind of target as code: one file of its product, one line of the registry. Every name and value is somebody else's text
 * and is escaped for the language that it stands in.
 */
export interface CodeWriter<Config> {
  kind: string
  /** The forms that make sense for this target and these settings; none where no way is known. Pure. */
  snippets(config: Config, edits: readonly Edit[]): Snippet[]
  file?: FileEditor
}
// biome-ignore lint/suspicious/noExplicitAny: as for AnyProduct.
export type AnyCodeWriter = CodeWriter<any>
