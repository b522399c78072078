/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_ERRORS_H
#define EPC_SIM_ERRORS_H

#include <linux/types.h>

struct epc_sim;
struct epc_sim_config;
struct epc_sim_function;
struct epc_sim_port;
struct epc_sim_request;

/* What can go wrong (PCIe 6.0, 6.2.7). The first ones are correctable. */
enum epc_sim_error {
	EPC_SIM_ERROR_RECEIVER,
	EPC_SIM_ERROR_BAD_TLP,
	EPC_SIM_ERROR_BAD_DLLP,
	EPC_SIM_ERROR_REPLAY_ROLLOVER,
	EPC_SIM_ERROR_REPLAY_TIMEOUT,
	EPC_SIM_NUM_CORRECTABLE,

	EPC_SIM_ERROR_DATA_LINK = EPC_SIM_NUM_CORRECTABLE,
	EPC_SIM_ERROR_SURPRISE_DOWN,
	EPC_SIM_ERROR_POISONED,
	EPC_SIM_ERROR_FLOW_CONTROL,
	EPC_SIM_ERROR_COMPLETION_TIMEOUT,
	EPC_SIM_ERROR_COMPLETER_ABORT,
	EPC_SIM_ERROR_UNEXPECTED_COMPLETION,
	EPC_SIM_ERROR_OVERFLOW,
	EPC_SIM_ERROR_MALFORMED,
	EPC_SIM_ERROR_ECRC,
	EPC_SIM_ERROR_UNSUPPORTED,
	EPC_SIM_ERROR_ACS,
	EPC_SIM_NUM_ERRORS,
};

/* The message that tells of it. */
enum epc_sim_severity {
	EPC_SIM_SILENT,
	EPC_SIM_CORRECTABLE,
	EPC_SIM_NONFATAL,
	EPC_SIM_FATAL,
};

/* The first words of a packet. */
struct epc_sim_tlp {
	u32 words[4];
};

/* errors.c */
void epc_sim_report_error(struct epc_sim *sim,
			  struct epc_sim_function *function,
			  enum epc_sim_error error,
			  const struct epc_sim_request *request);
void epc_sim_port_error(struct epc_sim_port *port, enum epc_sim_error error,
			const struct epc_sim_request *request, bool advisory);
void epc_sim_request_error(struct epc_sim *sim,
			   const struct epc_sim_request *request);

/* aer.c; all with sim->lock held */
void epc_sim_aer_init(struct epc_sim_config *config, u32 masked);
void epc_sim_aer_init_root(struct epc_sim_config *config, unsigned int message);
enum epc_sim_severity epc_sim_aer_record(struct epc_sim_config *config,
					 enum epc_sim_error error,
					 bool advisory,
					 const struct epc_sim_tlp *tlp);
void epc_sim_aer_receive(struct epc_sim_port *root,
			 enum epc_sim_severity severity, u16 id);
bool epc_sim_aer_is_unmasked(const struct epc_sim_config *config,
			     enum epc_sim_error error);
bool epc_sim_aer_is_true(const struct epc_sim_config *config);

/* dpc.c; all with sim->lock held */
void epc_sim_dpc_init(struct epc_sim_port *port);
bool epc_sim_dpc_error(struct epc_sim_port *port, enum epc_sim_error error);
bool epc_sim_dpc_message(struct epc_sim_port *port,
			 enum epc_sim_severity severity, u16 id);
void epc_sim_dpc_completion(struct epc_sim_port *port,
			    enum epc_sim_error error, bool config);
void epc_sim_dpc_write(struct epc_sim_port *port, int where, int size,
		       u32 value);
bool epc_sim_dpc_is_true(const struct epc_sim_config *config);

#endif
