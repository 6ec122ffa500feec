'use client'
import { type FormEvent, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { PresentPassword } from './PresentPassword.tsx'
import { useVerb } from './useVerb.ts'

type Enrolment = { secret: string; qr: string; pending: string }
type Props = { account: AccountView; onClose: () => void; onDone: (recovery: string[] | null) => void }

/** One-time codes of an app: the secret as a picture, then its first code. */
export function SetUpCodes({ account, onClose, onDone }: Props) {
  const [present, setPresent] = useState('')
  const [code, setCode] = useState('')
  const begin = useVerb(() => post<Enrolment>('session/codes', account.askPresent ? { present } : {}))
  const confirm = useVerb(
    (pending: string) => post<{ recovery: string[] | null }>('session/codes/confirm', { pending, code }),
    ({ recovery }) => onDone(recovery),
  )
  const enrolment = begin.data
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (enrolment) confirm.mutate(enrolment.pending)
    else begin.mutate(undefined)
  }
  const beginWrong = begin.error ? errorText(begin.error) : undefined
  return (
    <Dialog
      open
      onClose={onClose}
      title="Set up an authenticator app"
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="codes" busy={begin.isPending || confirm.isPending}>
            {enrolment ? 'Set it up' : 'Show the secret'}
          </Button>
        </>
      }
    >
      <form id="codes" onSubmit={submit} className="flex flex-col gap-3">
        {enrolment ? (
          <>
            <p>Scan this with the app, or type the secret into it; then enter the code that it shows.</p>
            {/* biome-ignore lint/performance/noImgElement: an SVG made for this one time */}
            <img
              src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qr)}`}
              alt="QR code of the secret"
              className="size-48 self-center rounded bg-white"
            />
            <Code text={enrolment.secret} label="Secret" />
            <Field label="Code" wrong={confirm.error ? errorText(confirm.error) : undefined}>
              {(field) => (
                <Input
                  {...field}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  required
                  maxLength={10}
                  value={code}
                  onChange={(event) => setCode(event.target.value)}
                />
              )}
            </Field>
          </>
        ) : (
          <>
            <p>Any app for time-based codes (RFC 6238) will do. From then on you are asked for its code beside your password.</p>
            {account.askPresent ? (
              <PresentPassword value={present} onChange={setPresent} wrong={beginWrong} />
            ) : (
              beginWrong && (
                <p role="alert" className="text-critical-text text-sm">
                  {beginWrong}
                </p>
              )
            )}
          </>
        )}
      </form>
    </Dialog>
  )
}
