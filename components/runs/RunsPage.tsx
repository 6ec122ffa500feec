'use client'
import { Annotate } from '@/components/annotations/Annotate.tsx'
import { Moment } from '@/components/frame/Ago.tsx'
import { errorText, path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, linkLook, rowLinkLook, useGo } from '@/components/frame/Go.tsx'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Code } from '@/components/ui/code.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { RunListed } from '@/lib/model/answers/run.ts'
import { lasted, STATE } from './words.ts'

const COLUMNS: Column<RunListed>[] = [
  {
    id: 'name',
    head: 'Load test',
    grow: true,
    cell: (run) => (
      <Go href={path`/runs/${run.id}`} className={rowLinkLook}>
        {safe(run.name, 120)}
      </Go>
    ),
  },
  { id: 'state', head: 'State', cell: ({ state }) => <Status tone={STATE[state].tone}>{STATE[state].words}</Status> },
  { id: 'tools', head: 'Results', from: 'sm', cell: ({ tools }) => tools.join(', ') || <span className="text-dim">none attached</span> },
  { id: 'by', head: 'By', from: 'lg', cell: ({ by }) => safe(by, 40) },
  {
    id: 'from',
    head: 'Began',
    right: true,
    from: 'sm',
    sort: ({ from }) => from,
    cell: ({ from }) => <Moment at={from} className="text-dim" />,
  },
  { id: 'lasted', head: 'Lasts', right: true, cell: lasted },
]

const RUN_WORDS = ['load test', 'load tests'] as const

/** Load tests, newest first: what k6, Locust, Gatling or a person has marked with the tag. */
export function RunsPage({ first, url }: { first: First<RunListed>; url: string }) {
  const go = useGo()
  const list = useFiltered<RunListed>(['runs'], 'runs', { first, everyMs: 10_000 })
  return (
    <>
      <PageHead
        title="Load tests"
        lead="Each beside the time before it: what every cache, ring and pool did under load, and what gave way first."
      >
        <Go href="/changes" className={linkLook}>
          Changes
        </Go>
        <Annotate tags="load-test" />
      </PageHead>
      {list.error && !list.searching && <Failure tried="The list of load tests could not be refreshed." answer={errorText(list.error)} />}
      <FilterNote lists={[list]} noun={RUN_WORDS} />
      <Table
        main
        question={list.question}
        label="Load tests"
        columns={COLUMNS}
        rows={list.items}
        rowKey={({ id }) => id}
        onOpen={({ id }) => go(path`/runs/${id}`)}
        empty={isNarrowed([list]) ? <NoneMatch lists={[list]} noun={RUN_WORDS} /> : <HowTo url={url} />}
      />
      <More list={list} />
    </>
  )
}

/** The three calls that make a load test. */
function HowTo({ url }: { url: string }) {
  const call = `curl -H "Authorization: Bearer $TOKEN"`
  const text = [
    `# before the load begins: answers {"message":"Annotation added","id":7}`,
    `${call} --json '{"text": "checkout, 200 users", "tags": ["load-test"]}' ${url}/api/v1/annotations`,
    '# when it has ended',
    `${call} -X PATCH --json '{"timeEnd": '$(date +%s%3N)'}' ${url}/api/v1/annotations/7`,
    '# what k6, Locust or Gatling says of it',
    `${call} --data-binary @summary.json ${url}/api/v1/runs/7/results`,
  ].join('\n')
  return (
    <Section title="No load test is marked yet" className="max-w-4xl">
      <p className="mb-3 max-w-prose text-dim">
        A script marks its beginning and its end as an annotation with the tag <code className="font-mono">load-test</code>, and attaches
        the result of its load generator. The token needs the role operator.
      </p>
      <Code label="Calls that mark a load test" text={text} />
    </Section>
  )
}
