'use client'
import { Download, Printer, RefreshCw } from 'lucide-react'
import { Ago } from '@/components/frame/Ago.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Button, buttonLook } from '@/components/ui/button.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import type { ReviewView } from '@/lib/model/answers/review.ts'
import { Pains } from './Pains.tsx'
import { ReviewRows } from './ReviewRows.tsx'
import { partWords } from './words.ts'

/**
 * The guide's process, filled in by measurement. A document to be read and kept: it is measured anew when somebody asks, and does not move
 * under the reader.
 */
export function ReviewPage({ initial }: { initial: ReviewView }) {
  const { data = initial, error, refetch, isFetching } = useApi<ReviewView>(['review'], 'review', { initialData: initial, everyMs: false })
  const { at, lead, pains, painsLeft, steps, checklist } = data
  const nothing = !steps.some(({ rows }) => rows.some(({ measured }) => 'value' in measured)) && pains.length === 0
  return (
    <>
      <PageHead
        title="Review"
        lead={
          <>
            {lead} Measured <Ago at={at} />.
          </>
        }
      >
        <div className="flex flex-wrap gap-2 print:hidden">
          <Button onClick={() => void refetch()} busy={isFetching}>
            <RefreshCw size={14} aria-hidden /> Measure again
          </Button>
          <a className={buttonLook()} href="/api/v1/export/review" download="review.md">
            <Download size={14} aria-hidden /> Markdown
          </a>
          <Button onClick={() => window.print()}>
            <Printer size={14} aria-hidden /> Print or PDF
          </Button>
        </div>
      </PageHead>
      {error && <Failure tried="The review could not be measured again." answer={error.message} todo="What is shown is from before." />}
      <Contents steps={steps} />
      <Section title="What costs most" note="The first one first: one improvement at a time." flush>
        <Pains pains={pains} painsLeft={painsLeft} />
      </Section>
      {nothing && <Nothing />}
      {steps.map((part, index) => (
        <Section
          key={part.id}
          title={
            <span id={part.id} className="scroll-mt-16">
              {index + 1} {part.title}
            </span>
          }
          note={part.question}
          flush
        >
          <ReviewRows part={part} />
        </Section>
      ))}
      <div id="checklist" className="scroll-mt-16">
        {checklist.map((part) => (
          <Section key={part.id} title={part.title} note={part.question} flush>
            <ReviewRows part={part} />
          </Section>
        ))}
      </div>
    </>
  )
}

/** Where to go on the page, with what is to be done there. */
function Contents({ steps }: Pick<ReviewView, 'steps'>) {
  return (
    <nav aria-label="Parts of the review" className="px-4 pb-2 print:hidden">
      <ol className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {steps.map((part, index) => {
          const { tone, text } = partWords(part)
          return (
            <li key={part.id}>
              <a href={`#${part.id}`} className="inline-flex items-center gap-2 py-1 hover:text-accent">
                {index + 1} {part.title}
                <Status tone={tone} className="text-xs">
                  {text}
                </Status>
              </a>
            </li>
          )
        })}
        <li>
          <a href="#checklist" className="inline-flex items-center py-1 hover:text-accent">
            Decision checklist
          </a>
        </li>
      </ol>
    </nav>
  )
}

const Nothing = () => (
  <Empty
    title="Little is measured yet"
    config={`targets:
  - { kind: redis, name: cache-a, url: "redis://127.0.0.1:6379", role: cache }
  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:9999", config: /etc/haproxy/haproxy.cfg }
edges:
  - { from: "pool:edge/app", to: "cache:cache-a" }
  - { from: "cache:cache-a", to: "origin:db" }`}
  >
    <p>
      A review fills in what it can measure of caches and balancers, and says of the rest why it is not measured. Name targets, and who
      calls whom.
    </p>
  </Empty>
)
