'use client'
import { type FormEvent, type ReactNode, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { PresentPassword } from './PresentPassword.tsx'
import { useVerb } from './useVerb.ts'

type Props<Got> = {
  title: string
  verb: string
  account: AccountView
  run: (present: string | undefined) => Promise<Got>
  onClose: () => void
  onDone: (got: Got) => void
  children: ReactNode
}

/** Asks before something is taken away, and for the present password where there is one. */
export function ConfirmDialog<Got>({ title, verb, account, run, onClose, onDone, children }: Props<Got>) {
  const [present, setPresent] = useState('')
  const act = useVerb(() => run(account.askPresent ? present : undefined), onDone)
  const wrong = act.error ? errorText(act.error) : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    act.mutate(undefined)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" form="confirm" busy={act.isPending}>
            {verb}
          </Button>
        </>
      }
    >
      <form id="confirm" onSubmit={submit} className="flex flex-col gap-3">
        <p>{children}</p>
        {account.askPresent ? (
          <PresentPassword value={present} onChange={setPresent} wrong={wrong} />
        ) : (
          wrong && (
            <p role="alert" className="text-critical-text text-sm">
              {wrong}
            </p>
          )
        )}
      </form>
    </Dialog>
  )
}
