'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { AS_IT_IS, type Local, ruleText } from '@/components/curves/rule.ts'
import { errorText, get } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { interval, safe, text } from '@/lib/format/format.ts'
import type { RemediesView, RemedyCode } from '@/lib/model/answers/remedy.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { TargetLink } from './TargetLink.tsx'

type Language = RemedyCode['language']
const LANGUAGES: Language[] = ['JavaScript', 'Python', 'Go']

/** What can be done about one hot key: what each remedy would take off its node, and how it looks in code. */
export function HotKeySheet({ target, name, onClose }: { target: string; name: string; onClose: () => void }) {
  const [language, setLanguage] = useQueryState('language', parseAsStringEnum(LANGUAGES).withDefault('JavaScript'))
  const found = useQuery({
    queryKey: ['keys', 'remedies', target, name],
    queryFn: ({ signal }) => get<Page<RemediesView>>('keys/remedies', { target, key: name }, signal),
  })
  const remedies = found.data?.items[0]
  return (
    <Sheet title={<code className="font-mono">{safe(name, 120)}</code>} lead={<TargetLink name={target} />} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4 text-sm">
        {found.error && !found.data ? (
          <Failure tried="The remedies could not be read." answer={errorText(found.error)} />
        ) : !found.data ? (
          <Skeleton className="h-40 w-full" />
        ) : !remedies ? (
          <p className="text-dim">It is not among the hot keys any more.</p>
        ) : (
          <>
            <div className="flex flex-wrap items-center justify-between gap-2">
              <p>
                {remedies.perSecond === null
                  ? 'How often it is accessed is not known. What would take its load off its node:'
                  : `Accessed ${text(remedies.perSecond, 'perSecond')} now. What would take that off its node:`}
              </p>
              <Segmented
                label="Language of the code"
                value={language}
                onChange={(next) => void setLanguage(next)}
                options={LANGUAGES.map((value) => ({ value, label: value }))}
              />
            </div>
            <ul className="flex flex-col gap-4">
              {remedies.remedies.map(({ id, title, off, because, local }) => (
                <li key={id} className="flex flex-col gap-1">
                  <h3 className="flex flex-wrap justify-between gap-x-3 font-medium">
                    {title}
                    <span className={off ? 'num' : 'text-dim'}>
                      {off ? `−${interval(off.low, off.high, 'perSecond')}` : remedies.perSecond === null ? 'no number' : 'not here'}
                    </span>
                  </h3>
                  <p className="text-dim">{because}</p>
                  {local && (
                    <Go href={localCurve(target, local)} className={`${linkLook} w-fit`}>
                      What such a cache would answer of all reads
                    </Go>
                  )}
                  {off &&
                    remedies.code
                      ?.filter((one) => one.remedy === id && one.language === language)
                      .map((one) => <Code key={one.language} text={one.text} label={`${title} in ${one.language}`} />)}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Sheet>
  )
}

/** The lab with a local cache before that target. */
const localCurve = (target: string, local: Local) => `/curves?${new URLSearchParams({ target, with: ruleText({ ...AS_IT_IS, local }) })}`
