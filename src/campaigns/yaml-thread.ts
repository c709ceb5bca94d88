// src/campaigns/yaml-thread.ts: the thread in which a campaign file is read.
import { serve } from '../platform/apart.ts';
import { parseCampaign } from './yaml.ts';

await serve(parseCampaign);
