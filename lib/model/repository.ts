/** One file of a checkout: the server's own configuration, or a YAML or JSON file with the keys in which settings stand. */
export type RepositoryFile = { file: string; keys?: Record<string, (string | number)[]> }

/** A git checkout in which the settings of a target are kept. */
export type RepositoryConfig = {
  /** The folder of the checkout, or a folder in it: files are relative to it. */
  path: string
  files: RepositoryFile[]
  /** The branch that is deployed; absent: whichever the checkout has checked out. */
  base?: string
  /** Begins the name of each branch that is made. */
  prefix: string
  author: { name: string; email: string }
  /** How long after the commit its value is waited for, in ms. */
  arrivesMs: number
  pullRequest?: { command: string[]; timeoutMs: number; environment: string[] }
}

/** What a target's configuration says about who owns its settings. */
export type Owned = { owner?: 'server' | 'file'; repository?: RepositoryConfig }

/** Of a target that its file owns: the repository to which changes go. */
export const repositoryOf = (config: unknown): RepositoryConfig | null => {
  const { owner, repository } = config as Owned
  return owner === 'file' && repository ? repository : null
}

/** The run of a command that opens a pull request. `interrupted`: Evenkeel ended meanwhile, so nobody knows whether it did. */
export type PullRequest = { state: 'running' | 'done' | 'failed' | 'interrupted'; output: string }

/** A commit on a branch of its own. */
export type Committed = {
  branch: string
  /** The commit's hash; empty until it is made. */
  commit: string
  /** The branch that it is for, and the commit there that it follows. */
  base: string
  parent: string
  files: string[]
  /** Epoch ms until which its values are waited for. */
  until: number
  pullRequest?: PullRequest
}
