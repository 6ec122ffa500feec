import { Code } from '@/components/ui/code.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Status, type Tone } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'

type Committed = NonNullable<ChangeView['committed']>
const PULL_REQUEST: Record<NonNullable<Committed['pullRequest']>['state'], [Tone, string]> = {
  running: ['change', 'the command runs'],
  done: ['ok', 'the command has ended'],
  failed: ['warning', 'the command failed: open it by hand'],
  interrupted: ['warning', 'Evenkeel was interrupted: look whether it was opened'],
}

/** The branch and commit of a change whose settings a repository owns, and what the command of its pull request has said. `awaited`: its values are waited for now. */
export function CommittedPanel({ title, committed, awaited }: { title: string; committed: Committed; awaited: boolean }) {
  const { branch, commit, base, files, until, pullRequest } = committed
  return (
    <section className="flex flex-col gap-2" aria-label={title}>
      <Facts
        facts={[
          [title, <code key="commit">{commit === '' ? 'not made' : safe(commit.slice(0, 12), 20)}</code>],
          ['Branch', <code key="branch">{safe(branch, 120)}</code>],
          ['For', `${safe(base, 80)}: ${files.map((file) => safe(file, 80)).join(', ')}`],
          awaited && ['Awaited until', <time key="until" dateTime={until}>{`${until.replace('T', ' ').slice(0, 16)} UTC`}</time>],
          pullRequest !== undefined && [
            'Pull request',
            <Status key="pull" tone={PULL_REQUEST[pullRequest.state][0]}>
              {PULL_REQUEST[pullRequest.state][1]}
            </Status>,
          ],
        ]}
      />
      {pullRequest && pullRequest.output !== '' && <Code label="Output of the command" text={pullRequest.output} />}
    </section>
  )
}
