// src/imports/workbook-thread.ts: the thread in which a register is read.
import { serve } from '../platform/apart.ts';
import { tellWorkbook } from './workbook.ts';

await serve(tellWorkbook);
