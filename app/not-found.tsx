import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Empty } from '@/components/ui/empty.tsx'

export default function NotFound() {
  return (
    <Empty title="Nothing of that name">
      It may have left the configuration, or the address has a slip.{' '}
      <Go href="/" className={linkLook}>
        To the overview
      </Go>
    </Empty>
  )
}
