import { calls } from '@/lib/server/once.ts'

export const dynamic = 'force-dynamic'

/** Every call of the API, by the table in lib/server/http/operations. */
export const GET = async (request: Request) => (await calls()).serve(request)
export const POST = GET
export const DELETE = GET
export const PUT = GET
export const PATCH = GET
