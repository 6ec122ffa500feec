import type { Runtime } from '../runtime.ts'

/** Targets whose references are kept, discovered ones too: each node of a Cluster holds keys of its own. */
export const sourcesOf = ({ engine, references }: { engine: Pick<Runtime['engine'], 'states'> } & Pick<Runtime, 'references'>): string[] =>
  engine
    .states()
    .filter(({ name, discovers }) => !discovers && references.settings(name) !== null)
    .map(({ name }) => name)
