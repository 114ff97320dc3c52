// The pages' content security policy lets no text become code. zod asks by trying, which the browser would report: it is
// told. Imported before any schema is made.

import { z } from 'zod';

z.config({ jitless: true });
