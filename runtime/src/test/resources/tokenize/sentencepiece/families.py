"""Small SentencePiece models and what transformers 4.57.6 makes of them (slow tokenizer -> fast tokenizer)."""
import io, json, os, sys, warnings
warnings.filterwarnings('ignore')
import sentencepiece as S
from sentencepiece import sentencepiece_model_pb2 as pb
import transformers as T
CORPUS = sys.argv[1]; OUT = sys.argv[2]
lines = [l for l in open(CORPUS, encoding='utf-8').read().split('\n') if l][:1200]
def train(name, **kw):
    b = io.BytesIO()
    S.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=b, num_threads=1, hard_vocab_limit=False, minloglevel=2, **kw)
    m = pb.ModelProto.FromString(b.getvalue())
    full = os.path.join(OUT, 'full'); os.makedirs(full, exist_ok=True)
    path = os.path.join(full, name + '.model'); open(path, 'wb').write(m.SerializeToString())
    m.normalizer_spec.precompiled_charsmap = b''; m.normalizer_spec.ClearField('precompiled_charsmap')
    m.trainer_spec.ClearField('input'); m.trainer_spec.ClearField('model_prefix')
    open(os.path.join(OUT, name + '.model'), 'wb').write(m.SerializeToString())
    return path
U = dict(model_type='unigram', normalization_rule_name='nmt_nfkc', vocab_size=300, character_coverage=0.98)
B = dict(model_type='bpe', normalization_rule_name='identity', byte_fallback=True, vocab_size=560, character_coverage=0.98, max_sentence_length=10000)
paths = {
 'fairseq': train('fairseq', **U),
 't5': train('t5', pad_id=0, eos_id=1, unk_id=2, bos_id=-1, **U),
 'albert': train('albert', pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols=['[CLS]', '[SEP]', '[MASK]'], **U),
 'deberta': train('deberta', pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece='[PAD]', bos_piece='[CLS]', eos_piece='[SEP]', unk_piece='[UNK]', **U),
 'llama': train('llama', user_defined_symbols=['<|user|>'], **B),
 'gemma': train('gemma', pad_id=0, eos_id=1, bos_id=2, unk_id=3, eos_piece='<eos>', bos_piece='<bos>', user_defined_symbols=['<mask>', '<start_of_turn>', '<end_of_turn>', '\n\n', '\t'], **B),
}
cases = [('fairseq','XLMRobertaTokenizer',{}),('fairseq','CamembertTokenizer',{}),('t5','T5Tokenizer',{}),('t5','T5Tokenizer',{'extra_ids':3,'legacy':False}),
 ('albert','AlbertTokenizer',{}),('albert','AlbertTokenizer',{'do_lower_case':False,'keep_accents':True}),('deberta','DebertaV2Tokenizer',{}),('deberta','DebertaV2Tokenizer',{'do_lower_case':True,'split_by_punct':True}),
 ('llama','LlamaTokenizer',{}),('llama','LlamaTokenizer',{'legacy':False,'add_eos_token':True,'add_bos_token':False}),('gemma','GemmaTokenizer',{'add_eos_token':True}),('fairseq','XLMRobertaTokenizer',{'mask_token':'[MASK]','cls_token':'[CLS]'})]
texts = ['The orchestra tuned their instruments.', '  Two  spaces\tand\nlines \n\n ', 'Crème brûlée ½ ﬁ ① "``quoted\'\'" 3.14, 1,000', '東京 ＡＢＣ 🚀<s>x</s>', 'a <mask> b [MASK] <extra_id_0>', '']
out = []
import tempfile, shutil
for model, cls, kw in cases:
    d = tempfile.mkdtemp()
    shutil.copy(paths[model], os.path.join(d, getattr(T, cls).vocab_files_names['vocab_file']))
    json.dump(dict(tokenizer_class=cls, **kw), open(os.path.join(d, 'tokenizer_config.json'), 'w'))
    fast = T.AutoTokenizer.from_pretrained(d)
    j = json.loads(fast.backend_tokenizer.to_str())
    def blank(o):
        if isinstance(o, dict): return {k: ('nmt_nfkc' if k == 'precompiled_charsmap' else blank(v)) for k, v in o.items() if k != 'decoder'}
        if isinstance(o, list): return [blank(v) for v in o]
        return o
    out.append({'model': model, 'class': cls, 'options': kw, 'tokenizer': blank(j), 'pad_id': fast.pad_token_id, 'ids': [fast(t)['input_ids'] for t in texts]})
    shutil.rmtree(d)
json.dump({'texts': texts, 'cases': out}, open(os.path.join(OUT, 'families.json'), 'w'), ensure_ascii=False, separators=(',', ':'))
