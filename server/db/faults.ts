/** What the engine behind Prisma says when it refuses; read off Prisma 7.10 on MariaDB 10.11 (see README, decisions). */
interface PrismaFault {
  code?: string;
  /** mysql2's own */
  errno?: number;
  meta?: { driverAdapterError?: { cause?: { originalCode?: string; kind?: string } }; target?: unknown };
}

function originalCode(error: unknown): string | undefined {
  const fault = error as PrismaFault | null;
  return fault?.errno === undefined ? fault?.meta?.driverAdapterError?.cause?.originalCode : String(fault.errno);
}

/** A deadlock or a lock wait that ran out: everything was rolled back and the whole may run again. */
export function isLockConflict(error: unknown): boolean {
  const code = (error as PrismaFault)?.code;
  return code === 'P2034' || originalCode(error) === '1213' || originalCode(error) === '1205';
}

/** A unique key refused the row. */
export function isDuplicate(error: unknown): boolean {
  return (error as PrismaFault)?.code === 'P2002' || originalCode(error) === '1062';
}
