import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
}

/** A git checkout in a folder of its own with some files committed. */
export function checkout(files: Record<string, string>) {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-checkout-'))
  const git = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync('git', ['-C', path, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...ENVIRONMENT, GIT_OPTIONAL_LOCKS: '0' },
    })
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const commit = (changed: Record<string, string>) => {
    for (const [name, text] of Object.entries(changed)) writeFileSync(join(path, name), text)
    git('add', '--all')
    git('commit', '--quiet', '--message', 'by hand')
  }
  git('init', '--quiet', '--initial-branch', 'main')
  commit(files)
  return {
    path,
    git,
    commit,
    /** Everything of the checkout that must stay as it is, as one text. */
    state: () =>
      [
        git('status', '--porcelain'),
        git('rev-parse', 'HEAD'),
        git('symbolic-ref', 'HEAD'),
        readFileSync(join(path, '.git/index')).toString('base64'),
        String(statSync(join(path, '.git/index')).mtimeMs),
      ].join('\n'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
