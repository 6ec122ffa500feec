'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Moment } from '@/components/frame/Ago.tsx'
import { errorText, path, post } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Facts } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Dialog, Sheet } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe, text } from '@/lib/format/format.ts'
import type { AutopilotRuleView } from '@/lib/model/answers/autopilot.ts'
import { hourWords, licenceWords, whereWords } from './words.ts'

/** One policy: what a licence takes, what its record has, and the button that returns a lost one. */
export function PolicySheet({ policy, mayReturn, onClose }: { policy: AutopilotRuleView; mayReturn: boolean; onClose: () => void }) {
  const { advisor, title, where, max, hours, licence, missing, judged, inside, because, revoked, returned, acted, changes, fitBecause } =
    policy
  const state = licenceWords(policy)
  return (
    <Sheet
      onClose={onClose}
      title={title}
      lead={`${advisor}, ${safe(whereWords(where), 120)}`}
      foot={revoked && <ReturnLicence policy={policy} mayReturn={mayReturn} />}
    >
      <div className="flex flex-col gap-4">
        <p>
          <Status tone={state.tone}>{state.words}</Status>
        </p>
        <p className="max-w-prose">
          <Sentence text={because} max={600} />
        </p>
        <Facts
          facts={[
            ['Judged', `${judged}, ${licence.judged} are needed`],
            [
              'Inside their band',
              judged > 0 ? `${text(inside / judged, 'ratio')}, ${text(licence.inside, 'ratio')} are needed` : 'none is judged yet',
            ],
            ['Regressed', `none may among the newest ${licence.withoutRegression}`],
            missing.length > 0 && ['Missing', <Sentence key="missing" text={missing.join('; ')} max={600} />],
            revoked && [
              'Taken away',
              <span key="revoked">
                <Moment at={revoked.at} /> by{' '}
                <Go href={path`/changes/${revoked.change}`} className={linkLook}>
                  its change {safe(revoked.change, 40)}
                </Go>
                , which regressed
              </span>,
            ],
            returned && [
              'Returned',
              <span key="returned">
                <Moment at={returned.at} /> by {safe(returned.by, 60)}
              </span>,
            ],
            ['This hour', `${acted} of ${max.perHour} steps`],
            [
              'Traffic',
              max.trafficShare === null ? 'no limit of its own' : `at most ${text(max.trafficShare, 'ratio')} of a pool within an hour`,
            ],
            ['Hours', hours.length === 0 ? 'at any time' : hours.map(hourWords).join('; ')],
            ['Why it is fit', <Sentence key="fit" text={fitBecause} max={400} />],
          ]}
        />
        {changes.length > 0 && (
          <section>
            <h3 className="pb-1 text-dim text-sm">Its newest changes</h3>
            <ul className="flex flex-col gap-1 text-sm">
              {changes.map((id) => (
                <li key={id}>
                  <Go href={path`/changes/${id}`} className={linkLook}>
                    <code className="font-mono text-xs">{safe(id, 40)}</code>
                  </Go>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Sheet>
  )
}

function ReturnLicence({ policy, mayReturn }: { policy: AutopilotRuleView; mayReturn: boolean }) {
  const [asked, setAsked] = useState(false)
  const client = useQueryClient()
  const give = useMutation({
    mutationFn: () => post<AutopilotRuleView>(path`autopilot/${policy.id}/licence`),
    onSuccess: () => setAsked(false),
    onError: (failure) => toast.error('Not returned', { description: errorText(failure) }),
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <>
      <Button look="primary" size="md" disabledBecause={!mayReturn && 'An operator may return it.'} onClick={() => setAsked(true)}>
        Return the licence…
      </Button>
      <Dialog
        open={asked}
        onClose={() => setAsked(false)}
        title="Return the licence?"
        lead="What has regressed until now is forgiven. From now on it acts again wherever its record and every brake allow it."
        foot={
          <>
            <Button onClick={() => setAsked(false)}>Cancel</Button>
            <Button look="primary" busy={give.isPending} onClick={() => give.mutate()}>
              Return it
            </Button>
          </>
        }
      >
        <p className="max-w-prose">
          Look first at{' '}
          <Go href={path`/changes/${policy.revoked!.change}`} className={linkLook}>
            the change that regressed
          </Go>
          : what it wrote has been put back, and what caused it may still be there.
        </p>
      </Dialog>
    </>
  )
}
